package dev.keelson.storage.wal;

import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads again what the log has on disk, once, so that damage is found before what it hides is
 * needed (reliability.md 1.7). Goes alongside the writer, through handles of its own, and judges by
 * what is in the files alone: whatever is proven to have been durable must still be there. Owned by
 * one thread.
 */
public final class WalAudit implements AutoCloseable {
  private final Disk disk;
  private final Path directory;
  private final WalIdentity identity;
  private final SegmentIndex index;
  private final Deque<SegmentName> left;
  private @Nullable SegmentAudit current;

  WalAudit(Disk disk, Path directory, WalIdentity identity, SegmentIndex index) {
    this.disk = disk;
    this.directory = directory;
    this.identity = identity;
    this.index = index;
    this.left = new ArrayDeque<>(index.segments());
  }

  /**
   * Reads on, a part of a segment at most.
   *
   * @return bytes that were read; 0 when all has been read that was there at the beginning
   * @throws WalException if something cannot be read any more that was durable
   */
  public long step() throws IOException {
    while (true) {
      var segment = current != null ? current : open();
      if (segment == null) {
        return 0;
      }
      current = segment;
      long bytes = segment.step();
      if (bytes > 0) {
        return bytes;
      }
      close();
    }
  }

  private @Nullable SegmentAudit open() throws IOException {
    while (!left.isEmpty()) {
      var name = left.removeFirst();
      Path path = directory.resolve(name.fileName());
      try {
        var file = disk.open(path, Disk.Mode.READ);
        return new SegmentAudit(
            path, name, identity, new SegmentWindow(file), () -> hasSuccessor(name));
      } catch (NoSuchFileException e) {
        requireReleased(name);
      }
    }
    return null;
  }

  /** A segment is released by deleting its file first; only the oldest one ever is. */
  private void requireReleased(SegmentName name) throws WalException {
    List<SegmentName> live = index.segments();
    if (live.indexOf(name) > 0) {
      throw new WalException.SegmentMissing(
          directory, name.sequence(), live.getFirst().fileName() + " is there");
    }
  }

  /** Whether the writer has gone on to another segment: then this one ends with a durable seal. */
  private boolean hasSuccessor(SegmentName name) {
    return index.segments().stream().anyMatch(other -> other.sequence() > name.sequence());
  }

  /** Lets go of the open file. */
  @Override
  public void close() throws IOException {
    var open = current;
    current = null;
    if (open != null) {
      open.close();
    }
  }
}
