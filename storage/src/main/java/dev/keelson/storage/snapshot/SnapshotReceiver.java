package dev.keelson.storage.snapshot;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Invariant;
import dev.keelson.storage.disk.DataDirectoryLock;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Takes in a snapshot chunk by chunk, in order, into a directory beside the live one. Goes on where
 * it was after a lost connection; after a crash, with the first file that is not whole. By one
 * thread.
 */
public final class SnapshotReceiver implements AutoCloseable {
  static final String MANIFEST = ".manifest";

  /** No name in a manifest begins so. A file without it was synced, whatever became of its name. */
  private static final String PART = ".part-";

  private final Disk disk;
  private final Path files;
  private final SnapshotManifest manifest;
  private ChunkPosition next;
  private Writing writing = new Writing.Nothing();

  private sealed interface Writing {
    record Nothing() implements Writing {}

    record Open(DiskFile file) implements Writing {}
  }

  private SnapshotReceiver(Disk disk, Path files, SnapshotManifest manifest, ChunkPosition next) {
    this.disk = disk;
    this.files = files;
    this.manifest = manifest;
    this.next = next;
  }

  /**
   * Starts on a snapshot, or goes on with it if a part of the same one is here; a part of another
   * is deleted.
   *
   * @throws SnapshotException if the manifest is not valid
   */
  static SnapshotReceiver open(Disk disk, Path root, String name, Bytes encodedManifest)
      throws IOException {
    var manifest = SnapshotManifest.decode(encodedManifest);
    byte[] wanted = encodedManifest.toArray();
    Path list = root.resolve(name + MANIFEST);
    Path files = root.resolve(name);
    if (!disk.exists(list) || !Arrays.equals(SnapshotFiles.read(disk, list), wanted)) {
      SnapshotFiles.deleteFile(disk, list);
      disk.deleteTree(files);
      // The old files must be gone before a list claims what lies there.
      disk.syncDirectory(root);
      SnapshotFiles.replace(disk, root, name + MANIFEST, wanted);
    }
    DataDirectoryLock.createDurably(disk, files);
    return new SnapshotReceiver(disk, files, manifest, wholeFiles(disk, files, manifest));
  }

  /**
   * Keeps the files that arrived whole. Of one that did not, nothing can be trusted: what can be
   * read may be no more than page cache.
   */
  private static ChunkPosition wholeFiles(Disk disk, Path files, SnapshotManifest manifest)
      throws IOException {
    int whole = 0;
    while (whole < manifest.files().size() && isWhole(disk, files, manifest.files().get(whole))) {
      whole++;
    }
    for (var rest : manifest.files().subList(whole, manifest.files().size())) {
      SnapshotFiles.deleteFile(disk, files.resolve(rest.name()));
      SnapshotFiles.deleteFile(disk, files.resolve(PART + rest.name()));
    }
    return manifest.normalized(whole, 0);
  }

  private static boolean isWhole(Disk disk, Path files, SnapshotManifest.Entry entry)
      throws IOException {
    Path file = files.resolve(entry.name());
    return disk.exists(file)
        && SnapshotFiles.size(disk, file) == entry.size()
        && SnapshotFiles.checksum(disk, file) == entry.checksum();
  }

  public SnapshotManifest manifest() {
    return manifest;
  }

  /** The chunk that is due. */
  public ChunkPosition next() {
    return next;
  }

  public boolean isComplete() {
    return manifest.isEnd(next);
  }

  /**
   * Writes a chunk.
   *
   * @throws IOException if the disk fails; this receiver must not be used again
   */
  public Receipt accept(Chunk chunk) throws IOException {
    if (chunk.fileIndex() != next.fileIndex() || chunk.offset() != next.offset()) {
      return new Receipt.Refused(next, "out of order");
    }
    if (isComplete() || chunk.bytes().isEmpty() || !chunk.isIntact()) {
      return new Receipt.Refused(next, "damaged on the way");
    }
    var entry = manifest.files().get(next.fileIndex());
    if (chunk.bytes().length() > entry.size() - chunk.offset()) {
      return new Receipt.Refused(next, "longer than its file");
    }
    var file = openFile(entry);
    file.write(ByteBuffer.wrap(chunk.bytes().toArray()), chunk.offset());
    next = manifest.after(chunk);
    if (next.fileIndex() != chunk.fileIndex()) {
      file.syncData();
      close();
      disk.rename(files.resolve(PART + entry.name()), files.resolve(entry.name()));
    }
    return new Receipt.Accepted(next);
  }

  private DiskFile openFile(SnapshotManifest.Entry entry) throws IOException {
    return switch (writing) {
      case Writing.Open(var file) -> file;
      case Writing.Nothing _ -> {
        var file = disk.open(files.resolve(PART + entry.name()), Disk.Mode.CREATE);
        writing = new Writing.Open(file);
        yield file;
      }
    };
  }

  /**
   * Verifies what has arrived, as it lies on the disk, and makes it durable.
   *
   * @throws SnapshotException if a file is not what the manifest says; what was received is deleted
   */
  public ReceivedSnapshot finish() throws IOException {
    Invariant.check(isComplete(), "a snapshot ends before its last chunk");
    for (var entry : manifest.files()) {
      Path file = files.resolve(entry.name());
      if (entry.size() == 0 && !disk.exists(file)) {
        disk.open(file, Disk.Mode.CREATE).close();
      }
      if (!isWhole(disk, files, entry)) {
        disk.deleteTree(files);
        throw new SnapshotException(entry.name() + " of the snapshot is not what was announced");
      }
    }
    disk.syncDirectory(files);
    return new ReceivedSnapshot(manifest, files);
  }

  @Override
  public void close() throws IOException {
    if (writing instanceof Writing.Open(var file)) {
      writing = new Writing.Nothing();
      file.close();
    }
  }
}
