package dev.keelson.server;

import dev.keelson.raft.Input;
import dev.keelson.server.replica.ReplicaInbox;
import dev.keelson.server.time.Clock;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first thing that a member does when it is closed: if it leads, it lets another one lead
 * (RF3). Requests that come meanwhile wait for that one.
 */
record HandOver(ReplicaInbox replica, long patienceNanos, Clock clock) implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HandOver.class);
  private static final long LOOK_NANOS = 1_000_000;

  /** Waits until another leader is known, but no longer than an election takes. */
  @Override
  public void close() {
    var status = replica.status();
    if (!status.isLeader() || status.configuration().voters().size() < 2) {
      return;
    }
    if (!replica.transferLeadership(Input.TransferLeadership.ANYBODY)) {
      return;
    }
    long deadline = clock.nanoTime() + patienceNanos;
    while (!isOver() && deadline - clock.nanoTime() > 0) {
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
    if (isOver()) {
      log.info("handed over to={}", Long.toHexString(replica.status().leaderId()));
    } else {
      log.warn("nobody took over in time: the others will elect a leader");
    }
  }

  private boolean isOver() {
    var status = replica.status();
    return !status.isLeader() && status.hasLeader();
  }
}
