package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import dev.keelson.storage.work.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;

/**
 * The worker that writes the log, {@code keelson-wal}. It takes all appends that have gathered,
 * writes them and syncs once: batching comes from load. The log as it was handed over, durable or
 * not, is {@link #log()}.
 *
 * <p>{@code submit}, {@code reset}, {@code release} and the log belong to one thread, that of the
 * core. Any thread may ask for room and progress. Close it when that thread has stopped.
 *
 * <p>When writing or syncing fails in any way, the listener hears it once and the files are never
 * touched again.
 */
public final class WalWriter implements AutoCloseable {
  private final Wal wal;
  private final LogWriter writer;
  private final WalListener listener;
  private final WalStatistics statistics;
  private final LongSupplier nanoClock;
  private final WriteQueue queue;
  private final Worker worker;

  /** Appends that are in the files; by the writer's thread for that of the core. */
  private volatile long writtenTicket;

  private volatile boolean busy;
  private volatile long busySinceNanos;

  /** Starts the worker. The log must not be written to in any other way from now on. */
  public WalWriter(
      Wal wal,
      WalListener listener,
      WalStatistics statistics,
      LongSupplier nanoClock,
      Workers workers) {
    this.wal = wal;
    this.writer = wal.writer();
    this.listener = listener;
    this.statistics = statistics;
    this.nanoClock = nanoClock;
    this.queue = new WriteQueue(wal.config().queueAppends(), wal.config().queueBytes());
    writer.takeSegmentsFrom(
        wal.preparedSegments(listener::failed, workers.worker("keelson-wal-prepare")));
    this.worker = workers.worker("keelson-wal");
    worker.start(new Rounds());
  }

  /** All that was submitted so far, for the thread that submits. */
  public Wal log() {
    return wal;
  }

  /**
   * Hands over an append; the log holds it from now on. Waits while the queue is full: a disk that
   * hangs holds up the core, so that a leader with such a disk falls silent and is replaced.
   *
   * @param sequence told to the listener; must rise
   * @param mustSync whether the listener may hear of it only when it is durable
   * @return false if the log has failed or is closed: the append is lost
   */
  public boolean submit(long sequence, List<Entry> entries, HardState hardState, boolean mustSync) {
    long ticket = wal.accept(entries, hardState);
    wal.view().trim(writtenTicket);
    long bytes = 0;
    for (Entry entry : entries) {
      bytes += entry.payload().length();
    }
    return put(new WriteRequest.Append(sequence, ticket, entries, hardState, mustSync, bytes));
  }

  /** Waits while the queue is full; false if the log has failed or is closed. */
  private boolean put(WriteRequest request) {
    var offer = queue.offer(request);
    while (offer == WriteQueue.Offer.FULL && worker.awaitRound()) {
      offer = queue.offer(request);
    }
    if (offer != WriteQueue.Offer.TAKEN) {
      return false;
    }
    worker.wake();
    return true;
  }

  /** Whether an append of this size could be submitted without waiting. */
  public boolean hasRoomFor(long payloadBytes) {
    return queue.hasRoomFor(payloadBytes);
  }

  /** Appends, releases and resets that wait for the worker. */
  public int queued() {
    return queue.size();
  }

  /** How long the worker has been at its current batch; 0 if it has none. */
  public long busyNanos() {
    return busy ? Math.max(0, nanoClock.getAsLong() - busySinceNanos) : 0;
  }

  /** The log begins after this index now; the files follow when the writer gets to it. */
  public boolean release(long upToIndex) throws IOException {
    wal.view().release(upToIndex);
    return put(new WriteRequest.Release(upToIndex));
  }

  /**
   * Empties the log, which goes on after this position; waits until that is durable.
   *
   * @throws IOException if the log has failed or is closed
   */
  public void reset(LogPosition base, HardState hardState) throws IOException {
    var done = new CompletableFuture<Void>();
    boolean accepted = put(new WriteRequest.Reset(base, hardState, done));
    while (accepted && !done.isDone()) {
      accepted = worker.awaitRound() || done.isDone();
    }
    if (!accepted) {
      throw new IOException("the log has failed or is closed");
    }
    try {
      done.join();
    } catch (CompletionException e) {
      throw new IOException("the log failed", e.getCause());
    }
    wal.acceptReset(base, hardState);
  }

  /** Writes and syncs what was submitted, then ends the worker and lets go of the files. */
  @Override
  public void close() throws IOException {
    queue.close();
    worker.close();
    writer.abandon();
    wal.view().close();
  }

  private void work(List<WriteRequest> batch) throws IOException {
    busySinceNanos = nanoClock.getAsLong();
    busy = true;
    var gathered = new Batch();
    for (WriteRequest request : batch) {
      switch (request) {
        case WriteRequest.Append append -> {
          writer.write(append.entries(), append.hardState());
          gathered.add(append);
        }
        case WriteRequest.Release(long upToIndex) -> writer.release(upToIndex);
        case WriteRequest.Reset(var base, var hardState, var done) -> {
          settle(gathered);
          writer.reset(base, hardState);
          done.complete(null);
        }
      }
    }
    settle(gathered);
    if (queue.isEmpty()) {
      writer.mark();
    }
    busy = false;
  }

  /** Writes out what was gathered, and syncs it if any of it must be durable. */
  private void settle(Batch gathered) throws IOException {
    if (gathered.appends == 0) {
      return;
    }
    writer.flush();
    writtenTicket = gathered.ticket;
    if (gathered.mustSync) {
      long start = nanoClock.getAsLong();
      writer.sync();
      statistics.batchSynced(
          nanoClock.getAsLong() - start, gathered.appends, gathered.payloadBytes);
    }
    listener.persisted(gathered.sequence);
    gathered.clear();
  }

  /** Whatever goes wrong ends the writer, and the listener is told. */
  private final class Rounds implements Round {
    private List<WriteRequest> batch = List.of();

    @Override
    public long run() {
      try {
        batch = queue.drain();
        if (!batch.isEmpty()) {
          work(batch);
          batch = List.of();
        }
        return WHEN_WOKEN;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean hasWork() {
      return !queue.isEmpty();
    }

    @Override
    public void end() {
      while (hasWork()) {
        run();
      }
      try {
        writer.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void failed(Throwable cause) {
      Throwable inside = cause.getCause();
      var failure = cause instanceof UncheckedIOException && inside != null ? inside : cause;
      busy = false;
      queue.close();
      abandon(batch, failure);
      abandon(queue.drain(), failure);
      listener.failed(failure);
    }
  }

  private static void abandon(List<WriteRequest> requests, Throwable failure) {
    for (WriteRequest request : requests) {
      if (request instanceof WriteRequest.Reset(var base, var hardState, var done)) {
        done.completeExceptionally(failure);
      }
    }
  }

  /** What was written since the last settling. Owned by the writer's thread. */
  private static final class Batch {
    private int appends;
    private long payloadBytes;
    private long sequence;
    private long ticket;
    private boolean mustSync;

    void add(WriteRequest.Append append) {
      appends++;
      payloadBytes += append.payloadBytes();
      sequence = append.sequence();
      ticket = append.ticket();
      mustSync |= append.mustSync();
    }

    void clear() {
      appends = 0;
      payloadBytes = 0;
      mustSync = false;
    }
  }
}
