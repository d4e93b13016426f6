package dev.keelson.raft.role;

import java.util.ArrayDeque;

/** The payload this leader has appended and no quorum holds yet; bounded. */
final class UncommittedBytes {
  private record Batch(long lastIndex, long bytes) {}

  private final long maxBytes;
  private final ArrayDeque<Batch> batches = new ArrayDeque<>();
  private long bytes;

  UncommittedBytes(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Whether a proposal fits, with those accepted just before it and what is uncommitted already.
   * One that is larger than the bound goes alone.
   */
  boolean hasRoomFor(long acceptedBytes, long proposalBytes) {
    long before = bytes + acceptedBytes;
    return before == 0 || before + proposalBytes <= maxBytes;
  }

  void appended(long lastIndex, long more) {
    batches.addLast(new Batch(lastIndex, more));
    bytes += more;
  }

  void committed(long index) {
    while (!batches.isEmpty() && batches.getFirst().lastIndex() <= index) {
      bytes -= batches.removeFirst().bytes();
    }
  }
}
