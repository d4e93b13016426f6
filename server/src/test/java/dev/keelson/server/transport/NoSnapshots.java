package dev.keelson.server.transport;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.SnapshotDescriptor;
import java.io.IOException;

/** A member that takes no snapshots. */
enum NoSnapshots implements SnapshotSink {
  TAKEN;

  @Override
  public SnapshotPosition begin(long from, Bytes manifest) throws IOException {
    throw new IOException("no snapshots are taken here");
  }

  @Override
  public void accept(SnapshotChunk chunk) {
    throw new IllegalStateException("nothing was begun");
  }

  @Override
  public SnapshotDescriptor complete() {
    throw new IllegalStateException("nothing was begun");
  }

  @Override
  public void abort() {
    throw new IllegalStateException("nothing was begun");
  }
}
