package dev.keelson.storage.wal;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.wal.SegmentOutput.WriteBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the log's files. Once anything failed it refuses all further work: what a failed write or
 * sync left on the disk is unknown, and a second sync would claim success for data the kernel has
 * already dropped (reliability.md, anchor 2). Owned by one thread.
 */
final class LogWriter implements AutoCloseable {
  /** Offsets in a segment must fit in 32 bits. */
  private static final long MAX_APPEND_BYTES = 1L << 31;

  private final Disk disk;
  private final Path directory;
  private final WalIdentity identity;
  private final WalConfig config;
  private final SegmentIndex index;
  private final SegmentFactory factory;
  private SegmentSource source;

  private SegmentOutput output;
  private RecordCodec codec;
  private long sequence;
  private int chain;
  private LogPosition last;
  private HardState hardState;

  /** In the current segment, everything before this is durable. */
  private long durableEnd;

  /** The durable end that the newest record tells. */
  private long toldDurableEnd;

  private boolean unsynced;
  private boolean demandTold;
  private boolean broken;

  /**
   * The segment to go on with.
   *
   * @param chain checksum of the last record in it
   * @param last the log's last entry
   */
  record Tail(
      long sequence,
      SegmentOutput output,
      int chain,
      long durableEnd,
      LogPosition last,
      HardState hardState) {}

  LogWriter(Disk disk, Path directory, WalSetup setup, SegmentIndex index, Tail tail) {
    this.disk = disk;
    this.directory = directory;
    this.identity = setup.identity();
    this.config = setup.config();
    this.index = index;
    this.factory = new SegmentFactory(disk, directory, config, setup.buffers());
    this.source = new SegmentsOnDemand(disk, directory);
    this.sequence = tail.sequence();
    this.output = tail.output();
    this.codec = new RecordCodec(identity, sequence);
    this.chain = tail.chain();
    this.durableEnd = tail.durableEnd();
    this.toldDurableEnd = tail.durableEnd();
    this.last = tail.last();
    this.hardState = tail.hardState();
  }

  /** What stays the same as long as the log is open. */
  record WalSetup(WalIdentity identity, WalConfig config, WriteBuffers buffers) {}

  /** New segments come from here from now on. */
  void takeSegmentsFrom(SegmentSource newSource) {
    source = newSource;
  }

  /** Reads what is constant alone: for any thread. */
  WalAudit audit() {
    return new WalAudit(disk, directory, identity, index);
  }

  HardState hardState() {
    return hardState;
  }

  boolean isUnsynced() {
    return unsynced;
  }

  /** Bytes in the current segment, buffered ones included. */
  long end() {
    return output.end();
  }

  /** Gathers an append; entries from the first one's index on are replaced. */
  void write(List<Entry> entries, HardState newHardState) throws IOException {
    begin();
    check(entries, newHardState);
    rollUnlessFits(entries);
    for (Entry entry : entries) {
      index.entryAt(entry.index(), sequence, output.end());
      codec.begin(RecordType.ENTRY, entry.type().number(), entry.index(), entry.term());
      putRecord(entry.payload());
      last = entry.position();
    }
    hardState = newHardState;
    codec.begin(RecordType.HARD_STATE, 0, hardState.commit(), hardState.term());
    putRecord(Bytes.wrap(longBytes(hardState.votedFor())));
    unsynced = true;
    if (!demandTold && output.end() > config.segmentBytes() / 2) {
      demandTold = true;
      source.expectDemand();
    }
    done();
  }

  /** Hands what was gathered to the operating system: from then on it can be read. */
  void flush() throws IOException {
    begin();
    output.flush();
    done();
  }

  /** Makes everything written durable: one fdatasync, none if there is nothing. */
  void sync() throws IOException {
    if (unsynced) {
      begin();
      syncOutput();
      done();
    }
  }

  /**
   * Notes, without a sync, that everything so far is durable. Damage to the last batch is then told
   * from a torn write, and after a crash the segment need not be copied.
   */
  void mark() throws IOException {
    boolean fits = output.end() + 2L * RecordHeader.BYTES <= config.segmentBytes();
    if (durableEnd > toldDurableEnd && fits) {
      begin();
      codec.begin(RecordType.DURABLE_MARK, 0, 0, 0);
      putRecord(Bytes.EMPTY);
      output.flush();
      done();
    }
  }

  /**
   * Makes a log that begins after this position and has no entries, at once and durably; then
   * deletes the segments before.
   */
  void reset(LogPosition base, HardState newHardState) throws IOException {
    begin();
    checkHardState(newHardState, base.index());
    List<SegmentName> old = index.segments();
    output.close();
    var header = new SegmentHeader(identity, sequence + 1, base, newHardState, true, 0, 0);
    SegmentOutput fresh = factory.create(source, header);
    index.clear();
    last = base;
    hardState = newHardState;
    continueIn(header, fresh);
    for (SegmentName segment : old) {
      disk.delete(directory.resolve(segment.fileName()));
    }
    disk.syncDirectory(directory);
    done();
  }

  /** Deletes segments that hold no entry past this index. */
  void release(long upToIndex) throws IOException {
    // What is deleted may be replaced by entries that are still in the page cache alone.
    sync();
    begin();
    List<SegmentName> segments = index.segments();
    for (int i = 0;
        i + 1 < segments.size() && segments.get(i + 1).firstIndex() - 1 <= upToIndex;
        i++) {
      disk.delete(directory.resolve(segments.get(i).fileName()));
      // One by one: whatever a crash undoes, no gap is left.
      disk.syncDirectory(directory);
      index.removeOldest(segments.get(i));
    }
    done();
  }

  private void check(List<Entry> entries, HardState newHardState) {
    long lastIndex = last.index();
    if (!entries.isEmpty()) {
      long first = entries.getFirst().index();
      Invariant.check(
          first <= lastIndex + 1, "append at %d after %d: gap in the log", first, lastIndex);
      // I9: what is committed is never replaced.
      Invariant.check(
          first > hardState.commit(), "append at %d, committed %d", first, hardState.commit());
      lastIndex = first - 1;
      for (Entry entry : entries) {
        lastIndex++;
        Invariant.check(
            entry.index() == lastIndex, "entry %d in the place of %d", entry.index(), lastIndex);
        Invariant.check(
            entry.payload().length() <= RecordHeader.MAX_PAYLOAD_BYTES,
            "entry %d has %d bytes, which no reader would believe",
            entry.index(),
            entry.payload().length());
      }
    }
    checkHardState(newHardState, lastIndex);
  }

  private void checkHardState(HardState next, long lastIndex) {
    Invariant.check(
        next.term() >= hardState.term(), "term %d after %d", next.term(), hardState.term());
    // I2: one vote in a term.
    Invariant.check(
        next.term() > hardState.term()
            || hardState.votedFor() == 0
            || next.votedFor() == hardState.votedFor(),
        "vote for %d after one for %d in term %d",
        next.votedFor(),
        hardState.votedFor(),
        next.term());
    Invariant.check(
        next.commit() <= lastIndex, "commit %d past the last entry %d", next.commit(), lastIndex);
  }

  /** An append is never split: a segment always begins with the state of a complete one. */
  private void rollUnlessFits(List<Entry> entries) throws IOException {
    // The hard state's record and the seal.
    long bytes = RecordHeader.recordBytes(Long.BYTES) + RecordHeader.recordBytes(0);
    for (Entry entry : entries) {
      bytes += RecordHeader.recordBytes(entry.payload().length());
    }
    Invariant.check(bytes <= MAX_APPEND_BYTES, "an append of %d bytes", bytes);
    if (output.end() > SegmentHeader.BYTES && output.end() + bytes > config.segmentBytes()) {
      roll();
    }
  }

  /**
   * Goes on in a new segment. Each step is durable before the next: the records of this one, then
   * the new file, then the seal; only then records in the new one. So the new header proves the
   * records before it, the seal proves the new file, and records there prove the seal.
   */
  private void roll() throws IOException {
    syncOutput();
    var header =
        new SegmentHeader(identity, sequence + 1, last, hardState, false, output.end(), chain);
    SegmentOutput next = factory.create(source, header);
    codec.begin(RecordType.SEAL, 0, header.sequence(), 0);
    putRecord(Bytes.EMPTY);
    output.sync();
    output.close();
    continueIn(header, next);
  }

  private void continueIn(SegmentHeader header, SegmentOutput next) {
    index.addSegment(header.name());
    output = next;
    sequence = header.sequence();
    codec = new RecordCodec(identity, sequence);
    chain = header.chain();
    durableEnd = SegmentHeader.BYTES;
    toldDurableEnd = SegmentHeader.BYTES;
    unsynced = false;
    demandTold = false;
  }

  private void syncOutput() throws IOException {
    output.sync();
    durableEnd = output.end();
    unsynced = false;
  }

  /** Writes the header begun in the codec, and its payload. */
  private void putRecord(Bytes payload) throws IOException {
    codec.payload(payload);
    chain = codec.end(output.end(), chain, durableEnd);
    toldDurableEnd = durableEnd;
    output.put(codec.headerBytes(), 0, RecordHeader.BYTES);
    output.put(payload.backingArray(), payload.backingOffset(), payload.length());
    output.putZeros(RecordHeader.padding(payload.length()));
  }

  private static byte[] longBytes(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }

  /** Broken until the work is done: a failure of any kind leaves it so. */
  private void begin() throws IOException {
    if (broken) {
      throw new IOException("the log in " + directory + " failed and is not written to any more");
    }
    broken = true;
  }

  private void done() {
    broken = false;
  }

  /** Lets go of the files as they are. */
  void abandon() throws IOException {
    broken = true;
    close();
  }

  /** Syncs what was written, unless the log has failed. */
  @Override
  public void close() throws IOException {
    try {
      if (!broken) {
        sync();
        mark();
      }
    } finally {
      broken = true;
      source.close();
      output.close();
    }
  }
}
