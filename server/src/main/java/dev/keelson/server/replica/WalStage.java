package dev.keelson.server.replica;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.server.time.Clock;
import dev.keelson.storage.wal.Wal;
import dev.keelson.storage.wal.WalListener;
import dev.keelson.storage.wal.WalWriter;
import dev.keelson.storage.work.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log as the replica thread uses it; the writing is done by "keelson-wal". */
public final class WalStage implements ReplicaParts.Log, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WalStage.class);
  private static final long SLOW_SYNC_NANOS = 100_000_000;

  private final WalWriter writer;
  private final ResetListener resetListener;
  private final WalMeasures measures = new WalMeasures();
  private long appendedBytes;
  private long appendedEntries = 1;

  /** Hears, on the replica thread, that the log goes on after a snapshot, durably. */
  @FunctionalInterface
  public interface ResetListener {
    void logWasReset() throws IOException;
  }

  /** Starts the writer. */
  public WalStage(
      Wal wal,
      ReplicaInbox inbox,
      ResetListener resetListener,
      MemberFailure failure,
      Clock clock,
      Workers workers) {
    this.resetListener = resetListener;
    this.writer =
        new WalWriter(wal, new Reports(inbox, failure), this::synced, clock::nanoTime, workers);
  }

  @Override
  public void append(long sequence, List<Entry> entries, HardState hardState, boolean mustSync) {
    for (var entry : entries) {
      appendedBytes += entry.payload().length();
    }
    appendedEntries += entries.size();
    // False if the log has failed: its listener stops the member.
    var _ = writer.submit(sequence, entries, hardState, mustSync);
  }

  @Override
  public void resetTo(LogPosition position) {
    var old = writer.log().hardState();
    try {
      writer.reset(position, new HardState(old.term(), old.votedFor(), position.index()));
      resetListener.logWasReset();
    } catch (IOException e) {
      throw new UncheckedIOException("the log cannot go on after the snapshot", e);
    }
  }

  @Override
  public void release(long upToIndex) {
    try {
      if (upToIndex >= writer.log().firstIndex()) {
        var _ = writer.release(upToIndex);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the log cannot be released", e);
    }
  }

  @Override
  public long busyNanos() {
    return writer.busyNanos();
  }

  @Override
  public long averageEntryBytes() {
    return appendedBytes / appendedEntries;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  public WalMeasures measures() {
    return measures;
  }

  /** Appends that wait to be written. */
  public int queued() {
    return writer.queued();
  }

  private void synced(long syncNanos, int appends, long payloadBytes) {
    measures.synced(syncNanos, appends, payloadBytes);
    if (syncNanos > SLOW_SYNC_NANOS) {
      log.warn(
          "slow fsync ms={} appends={} bytes={}", syncNanos / 1_000_000, appends, payloadBytes);
    }
  }

  private record Reports(ReplicaInbox inbox, MemberFailure failure) implements WalListener {
    @Override
    public void persisted(long sequence) {
      inbox.persisted(sequence);
    }

    @Override
    public void failed(Throwable cause) {
      failure.memberFailed("keelson-wal", cause);
    }
  }
}
