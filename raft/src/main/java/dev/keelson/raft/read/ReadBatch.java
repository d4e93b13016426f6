package dev.keelson.raft.read;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads that share one round. */
public final class ReadBatch {
  private final List<Long> localReads = new ArrayList<>();
  private final TreeMap<Long, Long> remoteRequests = new TreeMap<>();
  private long index;

  void addLocal(long readId) {
    localReads.add(readId);
  }

  /**
   * One request per member: the answer to a later one answers the earlier ones too, see {@link
   * PendingReads}. If the order was lost on the way, or the member started anew, the request that
   * is dropped here is sent again.
   */
  void addRemote(long member, long requestId) {
    remoteRequests.merge(member, requestId, (old, now) -> now - old > 0 ? now : old);
  }

  void addAll(ReadBatch other) {
    localReads.addAll(other.localReads);
    remoteRequests.putAll(other.remoteRequests);
  }

  void readAt(long commitIndex) {
    index = commitIndex;
  }

  boolean isEmpty() {
    return localReads.isEmpty() && remoteRequests.isEmpty();
  }

  /** What was committed when the round began: at or after every write acknowledged before. */
  public long index() {
    return index;
  }

  public List<Long> localReads() {
    return localReads;
  }

  /** The request to answer, by member. */
  public SortedMap<Long, Long> remoteRequests() {
    return remoteRequests;
  }
}
