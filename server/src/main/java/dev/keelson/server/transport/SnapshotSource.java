package dev.keelson.server.transport;

import dev.keelson.raft.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A snapshot as it is shipped: a manifest, and files that no longer change. Reading and closing
 * happen on the thread {@code keelson-snapshot-read}, one call at a time.
 */
public interface SnapshotSource extends AutoCloseable {
  /** What the receiver's {@link SnapshotSink} understands; names the files in their order. */
  Bytes manifest();

  /** The size of each file, in bytes, in the order of the manifest. */
  List<Long> fileSizes();

  /**
   * Fills the buffer from the file.
   *
   * @param file its place in {@link #fileSizes}
   * @throws IOException if the bytes cannot be read: the shipment has failed
   */
  void read(int file, long offset, ByteBuffer into) throws IOException;

  /** The shipment has ended, either way. Called once. */
  @Override
  void close();
}
