package dev.keelson.storage.wal;

import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** Creates each segment's file when it is wanted. Without a thread. */
final class SegmentsOnDemand implements SegmentSource {
  private final Disk disk;
  private final Path path;

  SegmentsOnDemand(Disk disk, Path directory) {
    this.disk = disk;
    this.path = directory.resolve("new" + TEMPORARY_SUFFIX);
  }

  @Override
  public Blank take() throws IOException {
    return new Blank(path, disk.open(path, Disk.Mode.CREATE));
  }

  @Override
  public void expectDemand() {}

  @Override
  public void close() {}
}
