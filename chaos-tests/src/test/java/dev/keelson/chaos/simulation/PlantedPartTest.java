package dev.keelson.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.server.lease.TamperedLeases;
import dev.keelson.server.rpc.RpcDependencies;
import dev.keelson.server.rpc.StreamHandler;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Members with one wrong part inside: some of mutants 43 to 58 of reliability.md 2.7. */
@Tag("mutants")
class PlantedPartTest {
  private static final int SEEDS = Integer.getInteger("keelson.seeds", 400);

  private final QuietLogs quiet = new QuietLogs();

  @AfterEach
  void loudAgain() {
    quiet.close();
  }

  /** A wrong part, the first seed that shows it, and the invariants one of which must. */
  enum Part implements Planted {
    /** 43. */
    CATCH_UP_ENDS_ONE_EARLY(1, "I19", "liveness") {
      @Override
      public RpcDependencies parts(MemberLife by, RpcDependencies sound) {
        return HubBugs.plant(by, sound, HubBugs::endsOneEarly, hub -> hub);
      }
    },
    /** 44. */
    CATCH_UP_READS_AN_EARLIER_STATE(1, "I19", "liveness") {
      @Override
      public RpcDependencies parts(MemberLife by, RpcDependencies sound) {
        return HubBugs.plant(by, sound, HubBugs::readsAnEarlierState, hub -> hub);
      }
    },
    /** 47. */
    A_FUTURE_START_MATCHES_NOW(1, "I19") {
      @Override
      public StreamHandler<WatchRequest, WatchResponse> watch(
          MemberLife by, StreamHandler<WatchRequest, WatchResponse> sound) {
        return client -> new WatchBugs.MatchesNow(by, sound, client);
      }
    },
    /** 48. */
    CATCH_UP_SEES_NO_COMPACTION(5, "I19", "liveness") {
      @Override
      public RpcDependencies parts(MemberLife by, RpcDependencies sound) {
        return HubBugs.plant(by, sound, HubBugs::seesNoCompaction, hub -> hub);
      }
    },
    /** 49. */
    REVISIONS_ARE_MIXED(1, "I19", "liveness") {
      @Override
      public RpcDependencies parts(MemberLife by, RpcDependencies sound) {
        return HubBugs.plant(by, sound, history -> history, HubBugs::mixesRevisions);
      }
    },
    /** 50. */
    WHAT_WAS_BEFORE_IS_TOO_OLD(1, "I19") {
      @Override
      public RpcDependencies parts(MemberLife by, RpcDependencies sound) {
        return HubBugs.plant(by, sound, HubBugs::readsTooFarBack, HubBugs::withoutPrevious);
      }
    },
    /** 51. */
    AN_OLD_LEADER_ENDS_LEASES(7, "I20") {
      @Override
      public RpcDependencies parts(MemberLife by, RpcDependencies sound) {
        TamperedLeases.tamper(
            by.core().leases(), to -> new LeaseBugs.EndsUnconditionally(by, to, true));
        return sound;
      }
    },
    /** 54. */
    A_LEASE_ENDS_KEY_BY_KEY(1, "I20") {
      @Override
      public RpcDependencies parts(MemberLife by, RpcDependencies sound) {
        TamperedLeases.tamper(by.core().leases(), to -> new LeaseBugs.EndsKeyByKey(by, to));
        return sound;
      }
    },
    /** 55. */
    AN_END_MEETS_THE_NEXT_LEASE(9, "I20") {
      @Override
      public RpcDependencies parts(MemberLife by, RpcDependencies sound) {
        TamperedLeases.tamper(
            by.core().leases(), to -> new LeaseBugs.EndsUnconditionally(by, to, false));
        return sound;
      }
    },
    /** 58: the changes of a revision come in the order of a table that differs by member. */
    CHANGES_COME_IN_AN_ORDER_OF_ITS_OWN(1, "I13") {
      @Override
      public EngineFactory engines(SimulatedMember by, EngineFactory sound) {
        return by.number() % 2 == 1 ? new ShuffledEngines(sound) : sound;
      }
    };

    private final long seed;

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
    private final List<String> invariants;

    Part(long seed, String... invariants) {
      this.seed = seed;
      this.invariants = List.of(invariants);
    }
  }

  /** Begins at the seed that showed it, so that the search is short as long as nothing changes. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void isFoundByAnInvariantThatItBreaks(Part part) {
    var seeds = LongStream.concat(LongStream.of(part.seed), LongStream.range(0, SEEDS));
    var failure =
        seeds
            .mapToObj(seed -> Simulation.run(seed, part))
            .flatMap(result -> result.failure().stream())
            .findFirst();

    assertThat(failure).as("survives %d seeds", SEEDS).isPresent();
    assertThat(part.invariants)
        .as(() -> failure.get().report())
        .contains(failure.get().invariant());
  }
}
