package dev.keelson.server.replica;

import dev.keelson.raft.RaftStatus;
import dev.keelson.server.measure.Distribution;
import java.util.concurrent.atomic.LongAdder;

/** What passes through the replica thread. */
public final class ReplicaMeasures {
  private final Distribution batches = Distribution.ofCounts(13);
  private final LongAdder leaderChanges = new LongAdder();
  private final LongAdder failedReads = new LongAdder();
  private final LongAdder slowReads = new LongAdder();

  void gathered(int inputs) {
    batches.record(inputs);
  }

  void changed(RaftStatus before, RaftStatus after) {
    if (after.hasLeader() && after.leaderId() != before.leaderId()) {
      leaderChanges.increment();
    }
  }

  void readFailed() {
    failedReads.increment();
  }

  void readExpired() {
    slowReads.increment();
  }

  /** Messages, proposals and reads that one round took. */
  public Distribution batches() {
    return batches;
  }

  /** How often a member was seen to lead that did not lead before. */
  public long leaderChanges() {
    return leaderChanges.sum();
  }

  /** Read indexes that the leader refused or was lost with. */
  public long failedReads() {
    return failedReads.sum();
  }

  /** Read indexes that did not come in time. */
  public long slowReads() {
    return slowReads.sum();
  }
}
