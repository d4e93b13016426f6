package dev.keelson.server.snapshot;

import dev.keelson.raft.Bytes;
import dev.keelson.server.transport.SnapshotSource;
import dev.keelson.storage.snapshot.Checkpoint;
import dev.keelson.storage.snapshot.ChunkPosition;
import dev.keelson.storage.snapshot.SnapshotManifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A checkpoint as the transport reads it; deleted with the end of the shipment. */
record ShippedCheckpoint(Checkpoint checkpoint) implements SnapshotSource {
  private static final Logger log = LoggerFactory.getLogger(ShippedCheckpoint.class);

  @Override
  public Bytes manifest() {
    return checkpoint.manifest().encode();
  }

  @Override
  public List<Long> fileSizes() {
    return checkpoint.manifest().files().stream().map(SnapshotManifest.Entry::size).toList();
  }

  @Override
  public void read(int file, long offset, ByteBuffer into) throws IOException {
    long at = offset;
    while (into.hasRemaining()) {
      var chunk =
          checkpoint
              .source()
              .read(new ChunkPosition(file, at), into.remaining())
              .orElseThrow(() -> new IOException("the checkpoint ends before it should"));
      into.put(chunk.bytes().backingArray(), chunk.bytes().backingOffset(), chunk.bytes().length());
      at += chunk.bytes().length();
    }
  }

  @Override
  public void close() {
    try {
      checkpoint.close();
    } catch (IOException e) {
      // It takes room until the next start clears it away, and does no other harm.
      log.warn("cannot delete a checkpoint reason={}", e.getMessage());
    }
  }
}
