package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Request;
import java.time.Duration;
import java.util.Map;

/** The promises of reliability 1.5 about leases, each lease by itself, and LE-keys on the log. */
public final class LeaseChecker implements Checker {
  /**
   * What clocks and elections may take.
   *
   * @param drift by which part a monotonic clock may be wrong
   * @param slack how long an expiry may take to be seen
   * @param election how long a change of the leader takes
   */
  public record Bounds(double drift, Duration slack, Duration election) {
    public static final Bounds PROMISED =
        new Bounds(0.01, Duration.ofSeconds(2), Duration.ofSeconds(1));
  }

  private final Bounds bounds;

  public LeaseChecker(Bounds bounds) {
    this.bounds = bounds;
  }

  public LeaseChecker() {
    this(Bounds.PROMISED);
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    Map<Long, LeaseLife> lives = LeaseLife.of(ledger);
    var ends = LeaseEnds.of(ledger, findings);
    var trouble = Trouble.of(ledger.history(), bounds);
    for (LeaseLife life : lives.values()) {
      life.judge(ends, trouble, bounds, findings);
    }
    findings.checked("leases", lives.size());
  }

  /** Whether a history has any leases, so that it is worth a look. */
  public static boolean concerns(History history) {
    return history.operations().stream()
        .map(Operation::request)
        .anyMatch(Request.LeaseGrant.class::isInstance);
  }
}
