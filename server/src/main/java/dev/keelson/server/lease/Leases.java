package dev.keelson.server.lease;

import dev.keelson.server.replica.Completion;
import java.util.List;

/** What the services ask about leases. Thread-safe; no method blocks. */
public interface Leases {
  /**
   * Gives a lease its whole time again. Answers once the leader has confirmed, after this call,
   * that it leads (LE-renew); for a lease whose time is over, once it is gone (L7).
   */
  void keepAlive(long leaseId, Completion<LeaseTime> completion);

  /** How long the lease has still to live, as its leader knows (L10). */
  void timeToLive(long leaseId, Completion<LeaseTime> completion);

  /** The leases that this member knows of; on the leader, the first to end comes first (L11). */
  void list(Completion<List<Long>> completion);

  LeaseStats stats();
}
