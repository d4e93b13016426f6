package dev.keelson.server.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.command.Command;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.replica.Completion;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.storage.work.WorkerThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Time passes by hand, half a second a step; each step writes one revision. */
class AutoCompactorTest {
  private static final long STEP_NANOS = 500_000_000;

  private final FakeLog log = new FakeLog();
  private long nowNanos = -77; // no clock promises where it starts
  private long revision = 100;

  private AutoCompactor compactor(CompactionRule rule) {
    return new AutoCompactor(
        rule,
        log,
        () -> revision,
        () -> nowNanos,
        cause -> {
          throw new AssertionError(cause);
        },
        new WorkerThreads().worker("never started"));
  }

  private static final class FakeLog implements Replica {
    final List<Long> compactions = new ArrayList<>();
    boolean leads = true;
    Outcome<ApplyResult> answer = new Outcome.Success<>(new ApplyResult.CompactionDone(1));

    @Override
    public void propose(Command command, Completion<ApplyResult> completion) {
      assertThat(command.getCompaction().getPhysical()).isFalse();
      compactions.add(command.getCompaction().getRevision());
      completion.complete(answer);
    }

    @Override
    public void proposeAsLeader(Command command, Completion<ApplyResult> completion) {
      throw new AssertionError("any member may ask for a compaction");
    }

    @Override
    public void awaitReadIndex(Completion<Long> completion) {
      throw new UnsupportedOperationException("nothing is read here");
    }

    @Override
    public RaftStatus status() {
      return new RaftStatus(
          1,
          leads ? Role.LEADER : Role.FOLLOWER,
          1,
          leads ? 1 : 2,
          0,
          0,
          0,
          Configuration.ofVoters(Set.of(1L)));
    }
  }

  private void pass(AutoCompactor compactor, int steps) {
    for (int i = 0; i < steps; i++) {
      compactor.step();
      nowNanos += STEP_NANOS;
      revision++;
    }
  }

  private AutoCompactor keepingFiveSeconds() {
    return compactor(new PeriodicRule(TimeUnit.SECONDS.toNanos(5), nowNanos));
  }

  @Test
  @Tag("C10")
  @Tag("case-154")
  void whatWasReplacedAPeriodAgoGoesOnceEachInterval() {
    var compactor = keepingFiveSeconds();

    pass(compactor, 10);
    assertThat(log.compactions).as("nothing is five seconds old yet").isEmpty();
    pass(compactor, 1);
    assertThat(log.compactions).containsExactly(100L);
    pass(compactor, 30);

    assertThat(log.compactions).hasSizeBetween(3, 4).startsWith(100L);
    // Of the last period nothing is gone, of the one before it nothing is left.
    assertThat(revision - log.compactions.getLast()).isBetween(10L, 23L);
  }

  @Test
  @Tag("C10")
  void aRevisionThatDoesNotMoveIsCompactedOnce() {
    var compactor = keepingFiveSeconds();

    for (int i = 0; i < 60; i++) {
      compactor.step();
      nowNanos += STEP_NANOS;
    }

    assertThat(log.compactions).containsExactly(100L);
  }

  @Test
  @Tag("C10")
  void whatFailsIsTriedAgainSoonAndWhatIsCompactedAlreadyCounts() {
    var compactor = keepingFiveSeconds();
    log.answer = new Outcome.Failure<>(EtcdError.TIMEOUT);
    pass(compactor, 13);
    assertThat(log.compactions).hasSize(3);

    log.answer = new Outcome.Success<>(new ApplyResult.Refused(EtcdError.COMPACTED));
    pass(compactor, 5);

    assertThat(log.compactions).hasSize(4);
  }

  @Test
  @Tag("C12")
  void onlyTheLeaderCompactsButAllKnowThePast() {
    var compactor = keepingFiveSeconds();
    log.leads = false;
    pass(compactor, 40);
    assertThat(log.compactions).isEmpty();

    log.leads = true;
    pass(compactor, 1);

    assertThat(log.compactions).containsExactly(130L);
  }

  @Test
  @Tag("C10")
  void aLongRetentionIsSampledEverySixMinutes() {
    var rule = new PeriodicRule(TimeUnit.HOURS.toNanos(10), 0);

    assertThat(rule.periodNanos()).isEqualTo(TimeUnit.MINUTES.toNanos(6));
  }

  @Test
  @Tag("C11")
  void aNumberOfRevisionsIsKept() {
    var compactor = compactor(new RevisionRule(1_000));
    compactor.step();
    assertThat(log.compactions).as("there are not that many").isEmpty();

    revision = 5_000;
    compactor.step();
    assertThat(log.compactions).as("five minutes are not over").isEmpty();
    nowNanos += TimeUnit.MINUTES.toNanos(5);
    compactor.step();
    assertThat(log.compactions).containsExactly(4_000L);
    compactor.step();
    nowNanos += TimeUnit.MINUTES.toNanos(5);
    compactor.step();

    assertThat(log.compactions).as("nothing was written since").containsExactly(4_000L);
  }
}
