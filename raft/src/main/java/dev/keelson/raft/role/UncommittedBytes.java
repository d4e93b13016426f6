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

  /** Whether more may be added to what is uncommitted already; a single large one always may. */
  boolean hasRoomFor(long more) {
    return bytes == 0 || bytes + more <= maxBytes;
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
