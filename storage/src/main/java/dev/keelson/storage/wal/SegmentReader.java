package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries that are no longer in memory, through handles of its own: an interrupt that closes
 * one cannot reach the writer's. Keeps the segment it read last open. Owned by the reader's thread.
 */
final class SegmentReader implements AutoCloseable {
  /** Two reaches of the index: what is read in vain before the first entry is less than one. */
  private static final int WINDOW_BYTES = 2 * SegmentIndex.POINT_BYTES;

  private final Disk disk;
  private final Path directory;
  private final WalIdentity identity;
  private final SegmentIndex index;
  private @Nullable Open open;

  private record Open(SegmentName name, Path path, SegmentWindow window) {}

  SegmentReader(Disk disk, Path directory, WalIdentity identity, SegmentIndex index) {
    this.disk = disk;
    this.directory = directory;
    this.identity = identity;
    this.index = index;
  }

  /** Adds entries {@code [from, to)} to the list, at least one, while they fit in the bytes. */
  void read(long from, long to, ByteBudget budget, List<Entry> target) throws IOException {
    long next = from;
    while (next < to) {
      SegmentIndex.Location location = index.find(next);
      long until = Math.min(to, location.untilIndex());
      long reached;
      try {
        reached = readRun(location, next, until, budget, target);
      } catch (IOException e) {
        // The handle may be what failed, closed by an interrupt: the next read opens its own.
        letGo(e);
        throw e;
      }
      if (reached < until) {
        return;
      }
      next = until;
    }
  }

  /** Reads on from a point; returns the first index that was not taken. */
  private long readRun(
      SegmentIndex.Location location, long from, long until, ByteBudget budget, List<Entry> target)
      throws IOException {
    Open segment = open(location.segment());
    segment.window().forget();
    var codec = new RecordCodec(identity, location.segment().sequence());
    var reader = new RecordReader(segment.window(), codec, location.offset());
    long expected = location.index();
    while (expected < until) {
      RecordHeader header = reader.peek().orElse(null);
      if (header == null || (header.type() == RecordType.ENTRY && header.index() != expected)) {
        throw new WalException.Corrupt(
            segment.path(), reader.offset(), "entry " + expected + " was here");
      }
      if (header.type() == RecordType.ENTRY) {
        if (expected >= from) {
          if (!budget.take(header.payloadLength())) {
            return expected;
          }
          target.add(reader.entry(header));
        }
        expected++;
      }
      reader.skip(header);
    }
    return expected;
  }

  private Open open(SegmentName name) throws IOException {
    Open current = open;
    if (current == null || !current.name().equals(name)) {
      close();
      Path path = directory.resolve(name.fileName());
      current =
          new Open(name, path, new SegmentWindow(disk.open(path, Disk.Mode.READ), WINDOW_BYTES));
      open = current;
    }
    return current;
  }

  private void letGo(IOException reason) {
    try {
      close();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** Lets go of the open file, before segments are released. */
  @Override
  public void close() throws IOException {
    Open current = open;
    if (current != null) {
      open = null;
      current.window().close();
    }
  }
}
