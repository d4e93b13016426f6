package dev.keelson.server.transport;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.SnapshotDescriptor;
import java.io.IOException;

/**
 * Where a snapshot arrives. All calls come on the thread {@code keelson-snapshot}, which may wait
 * for the disk. A connection that breaks is not told: its sender begins again, or another one does.
 */
public interface SnapshotSink {
  /**
   * A snapshot is offered. What an earlier beginning with an equal manifest has stored may be kept;
   * anything else is given up.
   *
   * @param from the member that ships
   * @return from where the sender goes on; after the last file if nothing is missing
   * @throws IOException if the snapshot is not wanted or cannot be stored; the sender is told why
   */
  SnapshotPosition begin(long from, Bytes manifest) throws IOException;

  /**
   * The next bytes of a file: those that follow the position or the chunk before, unless the sender
   * is broken. An empty file has no chunk.
   *
   * @throws IOException if they cannot be stored; {@link #abort} follows
   */
  void accept(SnapshotChunk chunk) throws IOException;

  /**
   * All was sent. Verifies everything and makes it durable.
   *
   * @throws IOException if it is not what the manifest says; {@link #abort} follows
   */
  SnapshotDescriptor complete() throws IOException;

  /** What was stored is worth nothing. */
  void abort();
}
