package dev.keelson.chaos.workload;

import dev.keelson.chaos.history.HistorySink;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Gives ids and times, and records. One clock for all clients of a run. Thread-safe. */
public final class Recorder {
  private final HistorySink sink;
  private final long origin = System.nanoTime();
  private final AtomicLong operations = new AtomicLong();
  private final AtomicLong succeeded = new AtomicLong();
  private final AtomicInteger processes = new AtomicInteger();
  private final AtomicLong watches = new AtomicLong();

  /**
   * @param sink that any thread may add to
   */
  public Recorder(HistorySink sink) {
    this.sink = sink;
  }

  public long now() {
    return System.nanoTime() - origin;
  }

  public int newProcess() {
    return processes.incrementAndGet();
  }

  long newWatch() {
    return watches.incrementAndGet();
  }

  public void add(Item item) {
    sink.add(item);
  }

  public void mark(Item.Moment moment) {
    sink.add(new Item.Mark(moment, now()));
  }

  public Outcome call(
      WireClient client, int process, int member, Request request, Duration patience) {
    long id = operations.incrementAndGet();
    long called = now();
    Outcome outcome = client.call(request, patience);
    sink.add(new Operation(id, process, member, request, called, now(), outcome));
    if (outcome instanceof Outcome.Ok) {
      succeeded.incrementAndGet();
    }
    return outcome;
  }

  public long operations() {
    return operations.get();
  }

  public long succeeded() {
    return succeeded.get();
  }
}
