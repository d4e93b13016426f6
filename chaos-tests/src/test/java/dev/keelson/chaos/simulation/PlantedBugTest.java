package dev.keelson.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Message;
import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.FaultPlan.Verdict;
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
    SYNCS_DO_NOTHING("I25", "I8", "I7", "I5", "restart") {
      @Override
      public FaultPlan disk() {
        return (number, operation, path) ->
            operation == Operation.SYNC && path.toString().contains("wal")
                ? Verdict.LOSE
                : Verdict.PROCEED;
      }
    };

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
