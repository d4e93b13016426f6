package dev.keelson.lease;

import java.util.List;

/**
 * What the leader must put in the log. Each decision names the epoch of the lease that it was taken
 * on: it has no effect on a lease that has changed since (LE-epoch).
 *
 * @param expiries leases whose time is over
 * @param checkpoints what is left of leases that live for long
 */
public record Decisions(List<Expiry> expiries, List<Checkpoint> checkpoints) {

  /** A lease to be revoked. */
  public record Expiry(long id, long epoch) {}

  /** What is left of a lease, rounded up. */
  public record Checkpoint(long id, long epoch, long remainingSeconds) {}

  public Decisions {
    expiries = List.copyOf(expiries);
    checkpoints = List.copyOf(checkpoints);
  }

  public boolean isEmpty() {
    return expiries.isEmpty() && checkpoints.isEmpty();
  }
}
