package dev.keelson.storage.snapshot;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** Hands a checkpoint out in chunks, from any position. Thread-safe: it keeps no place. */
public final class SnapshotSource {
  private final Disk disk;
  private final Path directory;
  private final SnapshotManifest manifest;

  SnapshotSource(Disk disk, Path directory, SnapshotManifest manifest) {
    this.disk = disk;
    this.directory = directory;
    this.manifest = manifest;
  }

  public SnapshotManifest manifest() {
    return manifest;
  }

  /**
   * Reads the next piece.
   *
   * @param position {@link SnapshotManifest#first}, then {@link SnapshotManifest#after} each chunk,
   *     or what the receiver asks for
   * @return empty at the end
   * @throws IOException if the disk fails, or a file of the checkpoint is cut short
   */
  public Optional<Chunk> read(ChunkPosition position, int maxBytes) throws IOException {
    var at = manifest.normalized(position.fileIndex(), position.offset());
    if (manifest.isEnd(at)) {
      return Optional.empty();
    }
    var entry = manifest.files().get(at.fileIndex());
    int length = (int) Math.min(maxBytes, entry.size() - at.offset());
    try (var file = disk.open(directory.resolve(entry.name()), Disk.Mode.READ)) {
      var bytes = ByteBuffer.allocate(length);
      if (file.read(bytes, at.offset()) != length) {
        throw new SnapshotException(entry.name() + " of the checkpoint is cut short");
      }
      return Optional.of(Chunk.of(at, Bytes.wrap(bytes.array())));
    }
  }
}
