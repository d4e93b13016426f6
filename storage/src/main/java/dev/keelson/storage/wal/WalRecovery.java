package dev.keelson.storage.wal;

import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.DataDirectoryLock;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.wal.LogWriter.WalSetup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a log after any kind of stop. First everything is read and judged, then the directory is
 * mended; a log that is refused stays as it is. Interrupted at any point, it can be run again.
 *
 * <p>What is proven: every record tells how far its segment was durable when it was written, a
 * segment's header proves the records of the one before, a seal proves the file after. So a bad
 * record is the torn end of the last write only if nothing proves that it was durable; else it is
 * damage. And appends that nothing proves durable, although they can be read, may be no more than
 * page cache after a failed sync: then the segment is written anew before anything is trusted.
 */
final class WalRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(WalRecovery.class);
  private static final String ASIDE_SUFFIX = ".torn";

  private final Disk disk;
  private final Path directory;
  private final WalSetup setup;
  private final SegmentIndex index = new SegmentIndex();
  private final SegmentReader reader;

  /** An opened log: what the core sees, and what writes it. */
  record Opened(LogView view, LogWriter writer) {}

  WalRecovery(Disk disk, Path directory, WalSetup setup) {
    this.disk = disk;
    this.directory = directory;
    this.setup = setup;
    this.reader = new SegmentReader(disk, directory, setup.identity(), index);
  }

  Opened open() throws IOException {
    DataDirectoryLock.createDurably(disk, directory.toAbsolutePath());
    SegmentList segments = SegmentList.read(disk, directory, setup.identity());
    return segments.live().isEmpty() ? create() : recover(segments);
  }

  private Opened create() throws IOException {
    deleteTemporaries();
    var header =
        new SegmentHeader(setup.identity(), 1, LogPosition.ZERO, HardState.INITIAL, true, 0, 0);
    var factory = new SegmentFactory(disk, directory, setup.config(), setup.buffers());
    SegmentOutput output = factory.create(new SegmentsOnDemand(disk, directory), header);
    index.addSegment(header.name());
    var view = new LogView(reader, setup.config().tailBytes(), header.last());
    return opened(view, header, output, header.chain(), SegmentHeader.BYTES, header.hardState());
  }

  private Opened recover(SegmentList segments) throws IOException {
    List<SegmentHeader> live = segments.live();
    SegmentHeader first = live.getFirst();
    var view = new LogView(reader, setup.config().tailBytes(), first.last());
    var replay = new LogReplay(view, index, first);
    int last = live.size() - 1;
    for (int i = 0; i <= last; i++) {
      SegmentHeader header = live.get(i);
      index.addSegment(header.name());
      try (SegmentWindow window = window(header)) {
        var scan = new SegmentScan(pathOf(header), header, window, replay);
        scan.run();
        if (scan.sealedFor() == 0 && (i == last || isAbortedRoll(scan, live, i + 1))) {
          judgeTail(scan);
          List<SegmentHeader> unused = live.subList(i + 1, live.size());
          return mend(segments, unused, view, header, scan, replay.hardState());
        }
        if (i == last) {
          throw new WalException.SegmentMissing(
              directory, scan.sealedFor(), header.name().fileName() + " ends where it begins");
        }
        checkFollows(scan, replay, live.get(i + 1));
      }
    }
    throw new IllegalStateException("the last segment was not judged");
  }

  /** A segment without a seal, but its successor exists: it was about to be sealed. */
  private boolean isAbortedRoll(SegmentScan scan, List<SegmentHeader> live, int next)
      throws IOException {
    SegmentHeader successor = live.get(next);
    if (next != live.size() - 1
        || scan.end() != successor.previousEnd()
        || scan.chain() != successor.previousChain()) {
      return false;
    }
    try (SegmentWindow window = window(successor)) {
      var codec = new RecordCodec(setup.identity(), successor.sequence());
      return new RecordReader(window, codec, SegmentHeader.BYTES).isZeroFrom(SegmentHeader.BYTES);
    }
  }

  private static void checkFollows(SegmentScan scan, LogReplay replay, SegmentHeader next)
      throws WalException {
    if (scan.sealedFor() == 0) {
      throw scan.corrupt("no valid record, but " + next.name().fileName() + " follows");
    }
    if (scan.sealedFor() != next.sequence()
        || scan.end() != next.previousEnd()
        || scan.chain() != next.previousChain()
        || !replay.last().equals(next.last())
        || !replay.hardState().equals(next.hardState())) {
      throw scan.corrupt(next.name().fileName() + " does not continue this segment");
    }
  }

  private static void judgeTail(SegmentScan scan) throws IOException {
    if (!scan.isZeroAfter(scan.end())) {
      scan.refuseIfMoreWasDurable();
    }
  }

  private Opened mend(
      SegmentList segments,
      List<SegmentHeader> unused,
      LogView view,
      SegmentHeader header,
      SegmentScan scan,
      HardState found)
      throws IOException {
    for (SegmentName overtaken : segments.overtaken()) {
      disk.delete(directory.resolve(overtaken.fileName()));
    }
    for (SegmentHeader segment : unused) {
      disk.delete(pathOf(segment));
    }
    deleteTemporaries();
    // Always: the run before may have died before the names it left here were durable.
    disk.syncDirectory(directory);
    if (scan.end() == SegmentHeader.BYTES) {
      renewBefore(segments.live(), header);
    }
    // Entries cut away were committed, even if the record that said so was never synced.
    var hardState =
        new HardState(
            found.term(), found.votedFor(), Math.max(found.commit(), view.base().index()));
    boolean torn = !scan.isZeroAfter(scan.completeEnd());
    boolean oneMark = scan.completeEnd() - scan.dataEnd() <= RecordHeader.BYTES;
    if (torn || !scan.isProven() || !oneMark) {
      return copyTail(view, header, scan, hardState, torn);
    }
    // Over a mark at the end, which a failed sync may have left in the page cache alone: what is
    // written behind it would be durable, and the mark not.
    var output =
        new SegmentOutput(
            disk.open(pathOf(header), Disk.Mode.WRITE),
            scan.dataEnd(),
            setup.buffers(),
            setup.config());
    return opened(view, header, output, scan.dataChain(), scan.dataEnd(), hardState);
  }

  /**
   * Writes a sealed segment anew if no record after it proves the seal: a roll that was stopped may
   * have left that in the page cache alone, and records in the next segment must not be durable
   * without it.
   */
  private void renewBefore(List<SegmentHeader> live, SegmentHeader header) throws IOException {
    int before = live.indexOf(header) - 1;
    if (before < 0) {
      return;
    }
    SegmentHeader sealed = live.get(before);
    long size;
    try (SegmentWindow window = window(sealed)) {
      size = window.size();
    }
    SegmentSource.Blank blank = new SegmentsOnDemand(disk, directory).take();
    try (var output = new SegmentOutput(blank.file(), 0, setup.buffers(), setup.config())) {
      copy(sealed, size, output);
      output.sync();
    }
    disk.rename(blank.path(), pathOf(sealed));
    disk.syncDirectory(directory);
  }

  /** Writes what is complete into a fresh file, which takes the place of the old one. */
  private Opened copyTail(
      LogView view, SegmentHeader header, SegmentScan scan, HardState hardState, boolean torn)
      throws IOException {
    long end = scan.dataEnd();
    Path original = pathOf(header);
    LOG.warn(
        "log tail written anew: file={} bytes={} lastIndex={} reason={}",
        original,
        end,
        view.lastIndex(),
        torn ? "torn write cut away" : "not known to be durable");
    SegmentSource.Blank blank = new SegmentsOnDemand(disk, directory).take();
    var output = new SegmentOutput(blank.file(), 0, setup.buffers(), setup.config());
    copy(header, end, output);
    // True as soon as it can be read under the segment's name, which it gets only after the sync.
    var codec = new RecordCodec(header.identity(), header.sequence());
    codec.begin(RecordType.DURABLE_MARK, 0, 0, 0);
    int chain = codec.end(end, scan.dataChain(), end);
    output.put(codec.headerBytes(), 0, RecordHeader.BYTES);
    output.sync();
    if (torn) {
      keepAside(original);
    }
    disk.rename(blank.path(), original);
    disk.syncDirectory(directory);
    return opened(view, header, output, chain, end, hardState);
  }

  private void copy(SegmentHeader header, long end, SegmentOutput output) throws IOException {
    var chunk = new byte[1 << 16];
    try (SegmentWindow window = window(header)) {
      for (long at = 0; at < end; at += chunk.length) {
        int count = (int) Math.min(chunk.length, end - at);
        ByteBuffer source = window.at(at, count);
        source.get(source.position(), chunk, 0, count);
        output.put(chunk, 0, count);
      }
    }
  }

  /** The newest torn file is kept for whoever wants to look. */
  private void keepAside(Path original) throws IOException {
    for (String name : disk.list(directory)) {
      if (name.endsWith(ASIDE_SUFFIX)) {
        disk.delete(directory.resolve(name));
      }
    }
    disk.link(original, directory.resolve(original.getFileName() + ASIDE_SUFFIX));
  }

  private void deleteTemporaries() throws IOException {
    for (String name : disk.list(directory)) {
      if (name.endsWith(SegmentSource.TEMPORARY_SUFFIX)) {
        disk.delete(directory.resolve(name));
      }
    }
  }

  private Opened opened(
      LogView view,
      SegmentHeader header,
      SegmentOutput output,
      int chain,
      long durableEnd,
      HardState hardState) {
    var tail =
        new LogWriter.Tail(header.sequence(), output, chain, durableEnd, view.last(), hardState);
    return new Opened(view, new LogWriter(disk, directory, setup, index, tail));
  }

  private SegmentWindow window(SegmentHeader header) throws IOException {
    return new SegmentWindow(disk.open(pathOf(header), Disk.Mode.READ));
  }

  private Path pathOf(SegmentHeader header) {
    return directory.resolve(header.name().fileName());
  }
}
