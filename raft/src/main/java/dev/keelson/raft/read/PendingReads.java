package dev.keelson.raft.read;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads of a member that does not lead, until the leader tells their index. In order of arrival;
 * bounded in number and in age.
 *
 * <p>A request to the leader is named by the youngest read it asks for, counted from a random
 * start, so that an answer to a request of an earlier run of this member names none of ours. Since
 * an index found later is good for every earlier read, an answer serves all reads up to the one it
 * names, and sending the youngest name again is enough after a loss.
 */
public final class PendingReads {
  private record Pending(long readId, long arrivalTick) {}

  private final int maxReads;
  private final long maxAgeTicks;
  private final long nameBase;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private long arrived;
  private long now;

  public PendingReads(int maxReads, long maxAgeTicks, long nameBase) {
    this.maxReads = maxReads;
    this.maxAgeTicks = maxAgeTicks;
    this.nameBase = nameBase;
  }

  /** False if too many reads wait. */
  public boolean add(long readId) {
    if (pending.size() >= maxReads) {
      return false;
    }
    pending.addLast(new Pending(readId, now));
    arrived++;
    return true;
  }

  public boolean isEmpty() {
    return pending.isEmpty();
  }

  /** The name of a request for all reads that wait. */
  public long requestId() {
    return nameBase + arrived;
  }

  /** The reads that an answer to this request serves. */
  public List<Long> answered(long requestId) {
    long named = requestId - nameBase;
    long oldest = arrived - pending.size() + 1;
    if (named < oldest || named > arrived) {
      return List.of();
    }
    return take(named - oldest + 1);
  }

  /** The reads that have waited too long. */
  public List<Long> tick() {
    now++;
    int expired = 0;
    for (var read : pending) {
      if (now - read.arrivalTick() < maxAgeTicks) {
        break;
      }
      expired++;
    }
    return take(expired);
  }

  public List<Long> takeAll() {
    return take(pending.size());
  }

  private List<Long> take(long count) {
    if (count == 0) {
      return List.of();
    }
    var reads = new ArrayList<Long>();
    for (long i = 0; i < count; i++) {
      reads.add(pending.removeFirst().readId());
    }
    return reads;
  }
}
