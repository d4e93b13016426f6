package dev.keelson.storage.snapshot;

/** What became of a chunk. The position is where the sender goes on. */
public sealed interface Receipt {
  ChunkPosition next();

  /** It is written. */
  record Accepted(ChunkPosition next) implements Receipt {}

  /** It is not the one that was due, or it is damaged; nothing changed. */
  record Refused(ChunkPosition next, String reason) implements Receipt {}
}
