package dev.keelson.server.lease;

import dev.keelson.server.replica.Completion;

/** A question about a lease that waits for its answer. */
record LeaseQuestion(long leaseId, boolean renew, long deadlineNanos, Asker asker) {

  /** Who hears the answer. */
  sealed interface Asker {
    /** A client of this member. */
    record Client(Completion<LeaseTime> completion) implements Asker {}

    /** A peer that takes this member for the leader. */
    record Peer(long peer, long id) implements Asker {}
  }
}
