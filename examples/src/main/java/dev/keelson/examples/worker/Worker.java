package dev.keelson.examples.worker;

import dev.keelson.client.Bytes;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.client.KeyValue;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import dev.keelson.client.recipe.Election;
import dev.keelson.client.recipe.Leadership;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Does jobs 1, 2, 3, ... one after another, of which each must be done once, with others that stand
 * by to go on when it dies. What it did is written in one transaction with the proof that it leads
 * and the number of the job: so a worker that was paused, and has been followed by another without
 * knowing it, does nothing twice.
 */
public final class Worker implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Worker.class.getName());
  private static final String DONE = "work/done";
  private static final long PAUSE_NANOS = 20_000_000;

  private final KeelsonClient client;
  private final String name;
  private final Duration ttl;
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * Starts to work, or to stand by.
   *
   * @param client its own; closed with it
   * @param ttl how long its death goes unnoticed
   */
  public Worker(KeelsonClient client, String name, Duration ttl) {
    this.client = client;
    this.name = name;
    this.ttl = ttl;
    this.thread = Thread.ofVirtual().name("worker-" + name).start(this::live);
  }

  private void live() {
    while (!stopped) {
      try (var session = client.leases().keep(ttl);
          var leadership = new Election(client, "work/leader").campaign(session, Bytes.of(name))) {
        work(leadership);
      } catch (KeelsonException e) {
        LOG.log(Level.INFO, "{0} stands by again: {1}", name, e.getMessage());
        LockSupport.parkNanos(PAUSE_NANOS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void work(Leadership leadership) {
    while (!stopped && leadership.isLeading()) {
      Optional<KeyValue> last = client.kv().get(DONE);
      long job = last.map(done -> Long.parseLong(done.text())).orElse(0L) + 1;
      long seen = last.map(KeyValue::modRevision).orElse(0L);
      var _ =
          leadership
              .ownership()
              .run(
                  Txn.when(DONE)
                      .modRevisionIs(seen)
                      .then(
                          Put.of(DONE, Long.toString(job)),
                          Put.of("work/jobs/%06d".formatted(job), name)));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Ends as a process does that crashes: its office falls to another when its lease ends. */
  public void crash() {
    stopped = true;
    client.close();
    thread.interrupt();
  }

  /** Gives back its office, so that another goes on at once. */
  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }
}
