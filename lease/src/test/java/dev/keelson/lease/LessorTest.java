package dev.keelson.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.keelson.lease.Decisions.Checkpoint;
import dev.keelson.lease.Decisions.Expiry;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LessorTest {
  private static final long SECOND = 1_000_000_000;
  private static final int ALL = Integer.MAX_VALUE;

  private final Lessor lessor = new Lessor(LessorConfig.defaults(SECOND));
  private long now = 100 * SECOND;
  private long epoch;

  private Lessor primary() {
    lessor.promote(now);
    return lessor;
  }

  private void grant(long id, long ttl) {
    lessor.put(id, ttl, 0, ++epoch, now);
  }

  private List<Long> expired() {
    return lessor.decide(now, ALL).expiries().stream().map(Expiry::id).toList();
  }

  @Test
  @Tag("LE-min")
  void aLeaseEndsWhenItsTimeIsOverAndNotBefore() {
    primary();
    grant(1, 10);

    now += 10 * SECOND - 1;
    assertThat(expired()).isEmpty();
    now++;
    assertThat(expired()).containsExactly(1L);
  }

  @Test
  @Tag("L6")
  void aRenewalGivesTheWholeTimeAgain() {
    primary();
    grant(1, 10);
    now += 9 * SECOND;

    assertThat(lessor.renew(1, now)).isEqualTo(new Renewal.Renewed(10, false));

    now += 10 * SECOND - 1;
    assertThat(expired()).isEmpty();
    now++;
    assertThat(expired()).containsExactly(1L);
  }

  @Test
  @Tag("L7")
  void aLeaseWhoseTimeIsOverIsNotRevivedWhetherOrNotItWasHandedOut() {
    primary();
    grant(1, 10);
    now += 10 * SECOND;

    assertThat(lessor.renew(1, now)).isEqualTo(new Renewal.Ending());
    assertThat(expired()).containsExactly(1L);
    assertThat(lessor.renew(1, now)).isEqualTo(new Renewal.Ending());
    lessor.remove(1);
    assertThat(lessor.renew(1, now)).isEqualTo(new Renewal.NotFound());
  }

  @Test
  @Tag("L5")
  void anExpiryIsHandedOutAgainOnlyAfterTheRetryTimeOrWhenItHadNoEffect() {
    primary();
    grant(1, 10);
    now += 10 * SECOND;
    assertThat(expired()).containsExactly(1L);

    now += 7 * SECOND - 1;
    assertThat(expired()).isEmpty();
    now++;
    assertThat(expired()).containsExactly(1L);

    lessor.reconsider(1, now);
    assertThat(expired()).containsExactly(1L);
  }

  @Test
  @Tag("L5")
  void noMoreEndsAreHandedOutThanWereAskedFor() {
    primary();
    for (int id = 1; id <= 30; id++) {
      grant(id, 2);
    }
    now += 2 * SECOND;

    assertThat(lessor.decide(now, 20).expiries()).hasSize(20);
    assertThat(lessor.decide(now, 20).expiries()).hasSize(10);
    assertThat(lessor.decide(now, 20).expiries()).isEmpty();
  }

  @Test
  @Tag("L5")
  void onlyAPrimaryDecidesAndRenews() {
    grant(1, 2);
    now += 60 * SECOND;

    assertThat(lessor.decide(now, ALL).isEmpty()).isTrue();
    assertThat(lessor.renew(1, now)).isEqualTo(new Renewal.NotPrimary());
    assertThat(lessor.timeToLive(1, now)).isEqualTo(new Remaining.NotPrimary());

    primary();
    lessor.demote();
    now += 60 * SECOND;
    assertThat(lessor.decide(now, ALL).isEmpty()).isTrue();
    assertThat(lessor.nextDueNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  @Tag("L13")
  void aNewLeaderGivesEveryLeaseItsWholeTimeAndAnElectionTimeoutMore() {
    grant(1, 10);
    now += 9 * SECOND;
    primary();

    assertThat(lessor.timeToLive(1, now)).isEqualTo(new Remaining.Living(11, 10));
    now += 11 * SECOND - 1;
    assertThat(expired()).isEmpty();
    now++;
    assertThat(expired()).containsExactly(1L);
  }

  @Test
  @Tag("L13")
  void aRenewalNeverBringsTheEndForward() {
    grant(1, 10);
    primary();

    lessor.renew(1, now);

    assertThat(lessor.timeToLive(1, now)).isEqualTo(new Remaining.Living(11, 10));
  }

  @Test
  @Tag("L7")
  void aNewOfficeRevivesWhatTheLastOneHadOnlyDecided() {
    primary();
    grant(1, 10);
    now += 10 * SECOND;
    expired();
    lessor.demote();

    primary();

    assertThat(lessor.renew(1, now)).isEqualTo(new Renewal.Renewed(10, false));
  }

  @Test
  @Tag("TM-pause")
  void aPauseGivesTimeBackButRevivesNothingThatMayAlreadyBeInTheLog() {
    primary();
    grant(1, 2);
    grant(2, 20);
    now += 2 * SECOND;
    assertThat(expired()).containsExactly(1L);

    now += 60 * SECOND;
    lessor.resume(now);

    assertThat(lessor.renew(1, now)).isEqualTo(new Renewal.Ending());
    assertThat(lessor.timeToLive(1, now)).isEqualTo(new Remaining.Living(0, 2));
    assertThat(lessor.renew(2, now)).isEqualTo(new Renewal.Renewed(20, false));
    assertThat(expired()).as("handed out again").containsExactly(1L);
  }

  @Test
  @Tag("L13")
  void manyLeasesThatWouldEndTogetherAreSpread() {
    int count = 3_000;
    for (int id = 1; id <= count; id++) {
      grant(id, 10);
    }
    primary();
    now += 11 * SECOND;
    assertThat(expired()).hasSize(1);

    for (int second = 1; second <= 4; second++) {
      now += SECOND;
      assertThat(expired()).hasSizeBetween(700, 750);
    }
    assertThat(count).isLessThanOrEqualTo(750 * 4 + 1);
  }

  @Test
  @Tag("L13")
  void aFewLeasesAreNotSpread() {
    for (int id = 1; id <= 999; id++) {
      grant(id, 10);
    }
    primary();
    now += 11 * SECOND;

    assertThat(expired()).hasSize(999);
  }

  @Test
  @Tag("L14")
  void whatIsLeftOfALongLeaseIsRecordedEveryInterval() {
    primary();
    grant(1, 1_000);
    grant(2, 300);
    now += 300 * SECOND - 1;
    assertThat(lessor.decide(now, ALL).checkpoints()).isEmpty();
    now++;
    lessor.remove(2);
    assertThat(lessor.decide(now, ALL).checkpoints()).containsExactly(new Checkpoint(1, 1, 700));
    lessor.put(1, 1_000, 700, 50, now);

    now += 300 * SECOND;
    assertThat(lessor.decide(now, ALL).checkpoints()).containsExactly(new Checkpoint(1, 50, 400));
    lessor.put(1, 1_000, 400, 51, now);

    now += 300 * SECOND;
    assertThat(lessor.decide(now, ALL).checkpoints()).containsExactly(new Checkpoint(1, 51, 100));
    lessor.put(1, 1_000, 100, 52, now);
    now += 100 * SECOND;
    assertThat(expired()).containsExactly(1L);
  }

  @Test
  @Tag("L14")
  void aNewLeaderGoesOnFromTheCheckpoint() {
    lessor.put(1, 1_000, 400, 7, now);
    primary();

    assertThat(lessor.timeToLive(1, now)).isEqualTo(new Remaining.Living(401, 1_000));
  }

  @Test
  @Tag("L14")
  void aRenewalAsksThatItsCheckpointBeTakenBack() {
    primary();
    grant(1, 1_000);
    now += 300 * SECOND;
    lessor.decide(now, ALL);

    assertThat(lessor.renew(1, now)).as("on its way").isEqualTo(new Renewal.Renewed(1_000, true));
    lessor.put(1, 1_000, 700, 8, now);
    assertThat(lessor.renew(1, now)).as("recorded").isEqualTo(new Renewal.Renewed(1_000, true));
    lessor.put(1, 1_000, 0, 9, now);
    assertThat(lessor.renew(1, now)).isEqualTo(new Renewal.Renewed(1_000, false));
  }

  @Test
  @Tag("L14")
  void aLeaseThatIsRenewedInTimeIsNeverRecorded() {
    primary();
    grant(1, 1_000);
    for (int i = 0; i < 20; i++) {
      now += 100 * SECOND;
      lessor.renew(1, now);
      assertThat(lessor.decide(now, ALL).isEmpty()).isTrue();
    }
  }

  @Test
  @Tag("L14")
  void checkpointsNeverKeepEndsWaiting() {
    primary();
    for (int id = 1; id <= 5_000; id++) {
      grant(id, 1_000);
    }
    now += 1;
    grant(9_999, 300);
    now += 300 * SECOND;

    var decisions = lessor.decide(now, ALL);

    assertThat(decisions.checkpoints()).hasSize(1_000);
    assertThat(decisions.expiries()).extracting(Expiry::id).containsExactly(9_999L);
  }

  @Test
  @Tag("L10")
  void theRemainingTimeIsCutToWholeSecondsAndNeverNegative() {
    primary();
    grant(1, 10);
    now += 1;
    assertThat(lessor.timeToLive(1, now)).isEqualTo(new Remaining.Living(9, 10));
    now += 60 * SECOND;
    assertThat(lessor.timeToLive(1, now)).isEqualTo(new Remaining.Living(0, 10));
    assertThat(lessor.timeToLive(2, now)).isEqualTo(new Remaining.NotFound());
  }

  @Test
  @Tag("L11")
  void aPrimaryListsByTheTimeLeftAndOthersById() {
    grant(3, 10);
    grant(1, 30);
    grant(2, 20);
    assertThat(lessor.ids()).containsExactly(1L, 2L, 3L);

    primary();
    assertThat(lessor.ids()).containsExactly(3L, 2L, 1L);
  }

  @Test
  @Tag("L2")
  void theLongestTimeDoesNotOverflow() {
    now = 400_000_000 * SECOND; // twelve years after the clock began
    primary();
    grant(1, 9_000_000_000L);

    assertThat(lessor.decide(now, ALL).isEmpty()).isTrue();
    assertThat(lessor.renew(1, now)).isEqualTo(new Renewal.Renewed(9_000_000_000L, false));
    assertThat(((Remaining.Living) lessor.timeToLive(1, now)).seconds()).isPositive();
    lessor.promote(now);
    assertThat(lessor.decide(now, ALL).isEmpty()).isTrue();
  }

  @Test
  void aSnapshotTakesThePlaceOfAllLeases() {
    primary();
    grant(1, 10);
    lessor.clear();
    grant(2, 10);

    assertThat(lessor.ids()).containsExactly(2L);
    assertThat(lessor.isPrimary()).isFalse();
  }

  /**
   * Counted as what this thread allocates, in which all that grew and was copied on the way is
   * included: what the heap holds afterwards depends on the collector.
   */
  @Test
  void aMillionLeasesTakeLessThan200BytesEach() {
    int count = 1_000_000;
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    primary();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int id = 1; id <= count; id++) {
      lessor.put(id * 7919L, 60, 0, id, now);
    }

    long each = (threads.getCurrentThreadAllocatedBytes() - before) / count;

    assertThat(lessor.size()).isEqualTo(count);
    assertThat(each).isLessThan(200);
  }

  @Test
  @Tag("L11")
  void listingDoesNotDisturbTheQueue() {
    primary();
    grant(1, 20);
    grant(2, 10);
    lessor.ids();
    now += 20 * SECOND;

    assertThat(new ArrayList<>(expired())).containsExactly(2L, 1L);
  }
}
