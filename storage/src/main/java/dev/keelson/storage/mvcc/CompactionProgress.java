package dev.keelson.storage.mvcc;

import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;
import java.nio.ByteBuffer;

/**
 * How far removal has come; written in the batch that removes, so that it survives a crash with it.
 *
 * @param finished the last C whose removal is complete; -1 if none
 * @param target the C being worked towards; equal to {@code finished} when idle
 * @param nextMain the first change not looked at yet, with {@code nextSub}
 * @param removedBytes {@link Footprint} of all versions ever removed
 */
record CompactionProgress(
    long finished, long target, long nextMain, int nextSub, long removedBytes) {
  static final CompactionProgress NONE = new CompactionProgress(-1, -1, 0, 0, 0);

  private static final int ENCODED_BYTES = 4 * Long.BYTES + Integer.BYTES;

  boolean isIdle() {
    return finished == target;
  }

  boolean isAtStart() {
    return nextMain == Math.max(finished, 0) && nextSub == 0;
  }

  /** From the last C on: its tombstones were kept until now (C5). */
  CompactionProgress start(long newTarget) {
    return new CompactionProgress(finished, newTarget, Math.max(finished, 0), 0, removedBytes);
  }

  CompactionProgress at(long main, int sub) {
    return new CompactionProgress(finished, target, main, sub, removedBytes);
  }

  CompactionProgress finish() {
    return new CompactionProgress(target, target, target, 0, removedBytes);
  }

  CompactionProgress plusRemoved(long bytes) {
    return new CompactionProgress(finished, target, nextMain, nextSub, removedBytes + bytes);
  }

  byte[] encode() {
    byte[] encoded = new byte[ENCODED_BYTES];
    KeyCodec.writeRevision(encoded, 0, finished, 0);
    KeyCodec.writeRevision(encoded, Long.BYTES, target, 0);
    KeyCodec.writeRevision(encoded, 2 * Long.BYTES, nextMain, nextSub);
    ByteBuffer.wrap(encoded).putLong(3 * Long.BYTES + Integer.BYTES, removedBytes);
    return encoded;
  }

  static CompactionProgress load(EngineReader reader) {
    return reader
        .get(Family.META, MetaKeys.COMPACTION.toArray())
        .map(CompactionProgress::decode)
        .orElse(NONE);
  }

  static CompactionProgress decode(byte[] encoded) {
    var cursor = new ByteCursor(encoded, 0, encoded.length);
    return new CompactionProgress(
        cursor.fixed64(), cursor.fixed64(), cursor.fixed64(), cursor.fixed32(), cursor.fixed64());
  }
}
