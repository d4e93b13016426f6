package dev.keelson.raft.read;

import dev.keelson.raft.quorum.JointConfig;
import dev.keelson.raft.quorum.VoteResult;
import dev.keelson.raft.quorum.VoteTally;

/**
 * The read rounds of one leader in one term (dissertation 6.4). A round confirms that no later
 * leader had been elected when it began; every read that had arrived by then shares it. At most one
 * round is under way, later reads wait for the next. A round's number is never used again in the
 * term, so that a late answer to an earlier one confirms nothing (etcd #20418).
 */
public final class ReadIndexRounds {
  private final int maxReads;
  private final VoteTally confirmations = new VoteTally();
  private ReadBatch waiting = new ReadBatch();
  private ReadBatch underWay = new ReadBatch();
  private long round;
  private boolean running;

  public ReadIndexRounds(int maxReads) {
    this.maxReads = maxReads;
  }

  /** False if too many reads wait. */
  public boolean addLocal(long readId) {
    if (waiting.localReads().size() + underWay.localReads().size() >= maxReads) {
      return false;
    }
    waiting.addLocal(readId);
    return true;
  }

  public void addRemote(long member, long requestId) {
    waiting.addRemote(member, requestId);
  }

  public boolean canBegin() {
    return !running && !waiting.isEmpty();
  }

  /** Begins a round for all reads that wait, at the index committed now; its number. */
  public long begin(long commitIndex) {
    underWay = waiting;
    underWay.readAt(commitIndex);
    waiting = new ReadBatch();
    confirmations.clear();
    running = true;
    return ++round;
  }

  /** The number of the latest round; 0 before the first. */
  public long latest() {
    return round;
  }

  public void confirm(long member, long confirmedRound) {
    if (running && confirmedRound == round) {
      confirmations.record(member, true);
    }
  }

  public boolean isConfirmed(JointConfig quorum) {
    return running && confirmations.result(quorum) == VoteResult.WON;
  }

  /** Ends the round under way; its reads. */
  public ReadBatch finish() {
    var batch = underWay;
    underWay = new ReadBatch();
    running = false;
    return batch;
  }

  /** Gives up; all local reads, which nobody will answer. */
  public ReadBatch abandon() {
    underWay.addAll(waiting);
    waiting = new ReadBatch();
    return finish();
  }
}
