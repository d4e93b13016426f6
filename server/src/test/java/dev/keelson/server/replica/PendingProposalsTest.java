package dev.keelson.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.status.EtcdError;
import dev.keelson.server.apply.ApplyResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingProposalsTest {
  private static final ApplyResult DONE = new ApplyResult.CompactionDone(7);

  private final PendingProposals pending = new PendingProposals(2);
  private final List<Outcome<ApplyResult>> outcomes = new ArrayList<>();

  @Test
  void aClientIsAnsweredOnce() {
    pending.add(1, outcomes::add, 100);

    pending.complete(1, DONE);
    pending.complete(1, DONE);
    pending.fail(1, EtcdError.TIMEOUT);

    assertThat(outcomes).containsExactly(new Outcome.Success<>(DONE));
    assertThat(pending.isAwaited(1)).isFalse();
  }

  @Test
  void whatAClientThatHasGoneAskedForIsDroppedBeforeItIsProposed() {
    var gone =
        new Completion<ApplyResult>() {
          @Override
          public void complete(Outcome<ApplyResult> outcome) {
            outcomes.add(outcome);
          }

          @Override
          public boolean isCancelled() {
            return true;
          }
        };
    pending.add(1, gone, 100);
    pending.add(2, outcomes::add, 100);

    assertThat(pending.dropIfCancelled(1)).isTrue();
    assertThat(pending.dropIfCancelled(2)).isFalse();

    assertThat(outcomes).containsExactly(new Outcome.Failure<>(EtcdError.CANCELED));
    assertThat(pending.isAwaited(1)).isFalse();
    assertThat(pending.isAwaited(2)).isTrue();
    assertThat(pending.dropIfCancelled(1)).as("gone already, and answered").isFalse();
  }

  @Test
  void aFullTableRefusesAndMakesRoomAgain() {
    assertThat(pending.add(1, outcomes::add, 100)).isTrue();
    assertThat(pending.add(2, outcomes::add, 100)).isTrue();
    assertThat(pending.add(3, outcomes::add, 100)).isFalse();

    pending.complete(1, DONE);

    assertThat(pending.add(3, outcomes::add, 100)).isTrue();
    assertThat(pending.size()).isEqualTo(2);
  }

  @Test
  void whatWentOutEndsAsUnknownWhenItsTimeIsOver() {
    pending.add(1, outcomes::add, 100);
    pending.handedOver(1, 3);

    pending.expire(99);
    assertThat(outcomes).isEmpty();
    pending.expire(100);

    assertThat(outcomes).containsExactly(new Outcome.Failure<>(EtcdError.TIMEOUT));
  }

  @Test
  void whatNeverFoundALeaderEndsWithItsDeadline() {
    pending.add(1, outcomes::add, 100);
    pending.handedOver(1, 3);
    pending.takenBack(1);

    pending.expire(101);

    assertThat(outcomes).containsExactly(new Outcome.Failure<>(EtcdError.DEADLINE_EXCEEDED));
  }

  @Test
  void aNewTermEndsWhatAnEarlierLeaderTookAndLost() {
    pending.add(1, outcomes::add, 100);
    pending.add(2, outcomes::add, 100);
    pending.handedOver(1, 3);
    pending.handedOver(2, 4);

    pending.failOlderThan(4);

    assertThat(outcomes)
        .containsExactly(new Outcome.Failure<>(EtcdError.TIMEOUT_DUE_TO_LEADER_FAIL));
    assertThat(pending.isAwaited(2)).isTrue();
  }

  @Test
  void aNewTermDoesNotEndWhatIsHeldForIt() {
    pending.add(1, outcomes::add, 100);

    pending.failOlderThan(9);

    assertThat(pending.isAwaited(1)).isTrue();
  }

  @Test
  void answeredClientsDoNotDelayTheExpiryOfLaterOnes() {
    pending.add(1, outcomes::add, 100);
    pending.add(2, outcomes::add, 110);
    pending.complete(1, DONE);
    pending.handedOver(2, 1);

    pending.expire(110);

    assertThat(outcomes)
        .containsExactly(new Outcome.Success<>(DONE), new Outcome.Failure<>(EtcdError.TIMEOUT));
  }
}
