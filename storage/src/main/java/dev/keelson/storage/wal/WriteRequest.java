package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Work for the writer's thread. */
sealed interface WriteRequest {

  /** What it weighs in the queue. */
  default long payloadBytes() {
    return 0;
  }

  /**
   * An append.
   *
   * @param ticket the view's count of appends
   */
  record Append(
      long sequence,
      long ticket,
      List<Entry> entries,
      HardState hardState,
      boolean mustSync,
      long payloadBytes)
      implements WriteRequest {}

  record Release(long upToIndex) implements WriteRequest {}

  record Reset(LogPosition base, HardState hardState, CompletableFuture<Void> done)
      implements WriteRequest {}
}
