package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.LogReader;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.wal.LogWriter.WalSetup;
import dev.keelson.storage.wal.SegmentOutput.WriteBuffers;
import dev.keelson.storage.work.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The replicated log on disk, without a thread of its own: each call does its work before it
 * returns. Not thread-safe. Once a {@link WalWriter} was made from it, this is the log reader
 * alone, for the thread that submits.
 *
 * <p>After an exception from a call that writes, the log refuses every further write: what reached
 * the disk is unknown until the log is opened again.
 */
public final class Wal implements LogReader, AutoCloseable {
  private final WalConfig config;
  private final Disk disk;
  private final Path directory;
  private final LogView view;
  private final LogWriter writer;
  private HardState hardState;

  private Wal(Disk disk, Path directory, WalConfig config, WalRecovery.Opened opened) {
    this.disk = disk;
    this.directory = directory;
    this.config = config;
    this.view = opened.view();
    this.writer = opened.writer();
    this.hardState = writer.hardState();
  }

  /**
   * Opens the log of a directory, or begins one if there is none. All it then holds is durable.
   *
   * <p>A log that was deleted as a whole, or whose oldest segments were, looks like a shorter one:
   * compare {@link #base} and {@link #lastIndex} with the applied index of the state machine.
   *
   * @throws WalException if the log cannot be trusted; it was not changed
   */
  public static Wal open(Disk disk, Path directory, WalIdentity identity, WalConfig config)
      throws IOException {
    var setup = new WalSetup(identity, config, WriteBuffers.allocate(config));
    return new Wal(disk, directory, config, new WalRecovery(disk, directory, setup).open());
  }

  /** The state handed over last. */
  public HardState hardState() {
    return hardState;
  }

  /** Where the last entry that was cut away stood. */
  public LogPosition base() {
    return view.base();
  }

  /**
   * Writes an append, whole or, after a crash, not at all. Entries from the first one's index on
   * are replaced. Not durable before {@link #sync}.
   */
  public void append(List<Entry> entries, HardState newHardState) throws IOException {
    long ticket = accept(entries, newHardState);
    writer.write(entries, newHardState);
    writer.flush();
    view.trim(ticket);
  }

  /** Makes all appends durable, by one sync. */
  public void sync() throws IOException {
    writer.sync();
    writer.mark();
  }

  /**
   * Empties the log, which goes on after this position: a snapshot has taken its place. Durable and
   * atomic.
   */
  public void reset(LogPosition base, HardState newHardState) throws IOException {
    writer.reset(base, newHardState);
    acceptReset(base, newHardState);
  }

  /** The log begins after this index now; segments wholly at or below are deleted. */
  public void release(long upToIndex) throws IOException {
    view.release(upToIndex);
    writer.release(upToIndex);
  }

  @Override
  public long firstIndex() {
    return view.firstIndex();
  }

  @Override
  public long lastIndex() {
    return view.lastIndex();
  }

  @Override
  public long termAt(long index) {
    return view.termAt(index);
  }

  /**
   * {@inheritDoc}
   *
   * @throws java.io.UncheckedIOException if an entry must be read from disk and cannot be
   */
  @Override
  public List<Entry> read(long from, long to, long maxBytes) {
    return view.read(from, to, maxBytes);
  }

  /** Syncs what was appended, unless the log failed before. */
  @Override
  public void close() throws IOException {
    try {
      writer.close();
    } finally {
      view.close();
    }
  }

  long accept(List<Entry> entries, HardState newHardState) {
    long ticket = view.accept(entries);
    hardState = newHardState;
    return ticket;
  }

  void acceptReset(LogPosition base, HardState newHardState) throws IOException {
    view.reset(base);
    hardState = newHardState;
  }

  LogView view() {
    return view;
  }

  LogWriter writer() {
    return writer;
  }

  WalConfig config() {
    return config;
  }

  /** Another reading of all that is on disk. Any thread may ask for one and do it. */
  public WalAudit audit() {
    return writer.audit();
  }

  /** Makes segments ready ahead, by a worker. */
  SegmentSource preparedSegments(Consumer<Throwable> failed, Worker worker) {
    return new PreparedSegments(disk, directory, config, failed, worker);
  }
}
