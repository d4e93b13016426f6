package dev.keelson.storage.wal;

import dev.keelson.raft.Invariant;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.wal.SegmentOutput.WriteBuffers;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Puts new segments into the directory, whole or not at all: header and zeros are durable before
 * the file gets its name, and the name is durable before anything is written behind the header.
 */
final class SegmentFactory {
  private final Disk disk;
  private final Path directory;
  private final WalConfig config;
  private final WriteBuffers buffers;

  SegmentFactory(Disk disk, Path directory, WalConfig config, WriteBuffers buffers) {
    this.disk = disk;
    this.directory = directory;
    this.config = config;
    this.buffers = buffers;
  }

  SegmentOutput create(SegmentSource source, SegmentHeader header) throws IOException {
    Path path = directory.resolve(header.name().fileName());
    Invariant.check(!disk.exists(path), "segment %s exists already", path);
    SegmentSource.Blank blank = source.take();
    var output = new SegmentOutput(blank.file(), 0, buffers, config);
    output.put(header.encode(), 0, SegmentHeader.BYTES);
    output.sync();
    disk.rename(blank.path(), path);
    disk.syncDirectory(directory);
    return output;
  }
}
