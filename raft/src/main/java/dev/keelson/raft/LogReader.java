package dev.keelson.raft;

import java.util.List;

/**
 * The log as it was handed to storage: entries of every {@link Effect.Append} so far, durable or
 * not. Called by the node's thread only.
 */
public interface LogReader {
  /** The first index that can be read; one after the snapshot's if the log was cut. */
  long firstIndex();

  /** The last index; {@code firstIndex() - 1} if the log is empty. */
  long lastIndex();

  /**
   * The term of an entry, also at {@code firstIndex() - 1}, where the last entry cut away stood.
   *
   * @throws IllegalArgumentException if the index is outside {@code [firstIndex() - 1,
   *     lastIndex()]}
   */
  long termAt(long index);

  /**
   * Entries {@code [from, to)}, at least one, then as many as stay within the byte limit.
   *
   * @throws IllegalArgumentException if the range is empty or outside the log
   */
  List<Entry> read(long from, long to, long maxBytes);
}
