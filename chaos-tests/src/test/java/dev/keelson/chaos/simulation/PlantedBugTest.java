package dev.keelson.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.raft.Message;
import dev.keelson.server.rpc.StreamHandler;
import dev.keelson.server.rpc.StreamSink;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import dev.keelson.storage.mvcc.engine.Family;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever finds nothing must be able to find something: mutants of reliability.md 2.7. */
class PlantedBugTest {
  private static final int SEEDS = 60;

  private final QuietLogs quiet = new QuietLogs();

  @AfterEach
  void loudAgain() {
    quiet.close();
  }

  /** A bug, and the invariants one of which must find it. */
  enum Bug implements Planted {
    /** 12, and worse: whoever asks for a vote gets it. */
    EVERY_VOTE_IS_GRANTED("I1", "I2", "I7") {
      @Override
      public Message said(MemberLife by, Message message) {
        return message instanceof Message.VoteResponse(var from, var to, var term, var pre, _)
            ? new Message.VoteResponse(from, to, term, pre, true)
            : message;
      }
    },
    /** 10: a success reports the end of the own log instead of what was verified. */
    A_SUCCESS_REPORTS_THE_OWN_LOGS_END("I10", "I6", "I5") {
      @Override
      public Message said(MemberLife by, Message message) {
        return message instanceof Message.AppendAccepted(var from, var to, var term, var match)
            ? new Message.AppendAccepted(
                from, to, term, Math.max(match, by.core().replica().status().lastIndex()))
            : message;
      }
    },
    /** 13: a follower takes what it is sent wherever its log ends. */
    A_MISMATCH_IS_CALLED_A_MATCH("I10", "I6", "I5") {
      @Override
      public Message said(MemberLife by, Message message) {
        return message
                instanceof Message.AppendRejected(var from, var to, var term, var rejected, _)
            ? new Message.AppendAccepted(from, to, term, rejected)
            : message;
      }
    },
    /** 31: the disk says that it has synced, and has not. */
    SYNCS_DO_NOTHING("I25", "I8", "I7", "I5", "I15", "restart") {
      @Override
      public FaultPlan disk() {
        return (number, operation, path) ->
            operation == Operation.SYNC && path.toString().contains("wal")
                ? Verdict.LOSE
                : Verdict.PROCEED;
      }
    },
    /** 43. */
    A_WATCH_BEGINS_ONE_LATE("I19", "liveness") {
      @Override
      public StreamHandler<WatchRequest, WatchResponse> watch(
          MemberLife by, StreamHandler<WatchRequest, WatchResponse> sound) {
        return client -> new WatchBugs.BeginsOneLate(sound, client);
      }
    },
    /** 44. */
    A_WATCH_LOSES_THE_FIRST_EVENTS("I19", "liveness") {
      @Override
      public StreamHandler<WatchRequest, WatchResponse> watch(
          MemberLife by, StreamHandler<WatchRequest, WatchResponse> sound) {
        return client -> new WatchBugs.LosesTheFirst(sound, client);
      }
    },
    /** 45. */
    A_WATCH_TELLS_PROGRESS_TOO_EARLY("I19", "liveness") {
      @Override
      public StreamHandler<WatchRequest, WatchResponse> watch(
          MemberLife by, StreamHandler<WatchRequest, WatchResponse> sound) {
        return client -> new WatchBugs.TellsProgressTooEarly(sound, client);
      }
    },
    /** 46. */
    A_WATCH_SENDS_AGAIN("I19", "liveness") {
      @Override
      public StreamHandler<WatchRequest, WatchResponse> watch(
          MemberLife by, StreamHandler<WatchRequest, WatchResponse> sound) {
        return client -> new WatchBugs.SendsAgain(sound, client);
      }
    },
    /** 48. */
    A_WATCH_SKIPS_WHAT_WAS_COMPACTED("I19", "liveness") {
      @Override
      public StreamHandler<WatchRequest, WatchResponse> watch(
          MemberLife by, StreamHandler<WatchRequest, WatchResponse> sound) {
        return client -> new WatchBugs.SkipsWhatWasCompacted(sound, client);
      }
    },
    /** 49. */
    A_WATCH_MIXES_REVISIONS("I19", "liveness") {
      @Override
      public StreamHandler<WatchRequest, WatchResponse> watch(
          MemberLife by, StreamHandler<WatchRequest, WatchResponse> sound) {
        return client -> new WatchBugs.MixesRevisions(sound, client);
      }
    },
    /** 52: whoever is asked says that the lease lives on, and tells nobody. */
    RENEWALS_ARE_ANSWERED_BY_ANYBODY("I20", "liveness") {
      @Override
      public StreamHandler<LeaseKeepAliveRequest, LeaseKeepAliveResponse> keepAlive(
          StreamHandler<LeaseKeepAliveRequest, LeaseKeepAliveResponse> sound) {
        return client -> new AnswersRenewals(sound, client);
      }
    },
    /** 57, 60: what comes of an entry depends on when it is applied. */
    STATE_DEPENDS_ON_THE_CLOCK(
        "I13",
        "I15",
        "I16",
        "I18",
        "I19",
        "I20",
        "I24",
        "I25",
        "DU-ack",
        "liveness",
        "no-failure",
        "exception") {
      @Override
      public EngineFactory engines(SimulatedMember by, EngineFactory sound) {
        return new AlteredEngines(sound, Family.CHANGES, key -> by.virtualSeconds() % 3 == 2);
      }
    },
    /** 59: one member refuses what the others do. */
    ONE_MEMBER_REFUSES_ON_ITS_OWN(
        "I13",
        "I15",
        "I16",
        "I18",
        "I19",
        "I20",
        "I24",
        "I25",
        "DU-ack",
        "liveness",
        "no-failure",
        "exception") {
      @Override
      public EngineFactory engines(SimulatedMember by, EngineFactory sound) {
        return new AlteredEngines(
            sound, Family.CHANGES, key -> by.number() == 0 && key[key.length - 1] % 8 == 0);
      }
    },
    /** 56: which keys a lease has is not kept. */
    ATTACHMENTS_ARE_NOT_KEPT(
        "I13",
        "I15",
        "I16",
        "I18",
        "I19",
        "I20",
        "I24",
        "I25",
        "DU-ack",
        "liveness",
        "no-failure",
        "exception") {
      @Override
      public EngineFactory engines(SimulatedMember by, EngineFactory sound) {
        return new AlteredEngines(sound, Family.LEASES, key -> key.length > Long.BYTES + 1);
      }
    };

    /** Answers at once, with a time to live that nobody has granted. */
    private static final class AnswersRenewals
        extends AlteredStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> {
      AnswersRenewals(
          StreamHandler<LeaseKeepAliveRequest, LeaseKeepAliveResponse> sound,
          StreamSink<LeaseKeepAliveResponse> client) {
        super(sound, client);
      }

      @Override
      LeaseKeepAliveRequest asked(LeaseKeepAliveRequest request) {
        client.send(LeaseKeepAliveResponse.newBuilder().setID(request.getID()).setTTL(3).build());
        return request.toBuilder().setID(1).build();
      }

      @Override
      void told(LeaseKeepAliveResponse response) {}
    }

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list
    private final List<String> invariants;

    Bug(String... invariants) {
      this.invariants = List.of(invariants);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void isFoundByAnInvariantThatItBreaks(Bug bug) {
    for (long seed = 0; seed < SEEDS; seed++) {
      var failure = Simulation.run(seed, bug).failure();
      if (failure.isPresent()) {
        assertThat(bug.invariants)
            .as(() -> failure.get().report())
            .contains(failure.get().invariant());
        return;
      }
    }
    throw new AssertionError("survives " + SEEDS + " seeds");
  }
}
