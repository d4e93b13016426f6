package dev.keelson.server.auth;

import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The worker on passwords ("keelson-password"), one after the other: guessing them must not take
 * the machine away from everybody else. Bounded.
 */
public final class PasswordDesk implements AutoCloseable {
  private static final int MAX_WAITING = 64;

  private final ArrayBlockingQueue<Work> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Passwords passwords;
  private final Consumer<Throwable> failed;
  private final Worker worker;

  /** Most members never see a password: the worker starts with the first. */
  private final AtomicBoolean started = new AtomicBoolean();

  private volatile boolean open = true;

  /**
   * A desk without work.
   *
   * @param failed hears why the worker cannot go on
   */
  public PasswordDesk(Passwords passwords, Consumer<Throwable> failed, Worker worker) {
    this.passwords = passwords;
    this.failed = failed;
    this.worker = worker;
  }

  /** Work on a password, which says who hears of its end. */
  @FunctionalInterface
  public interface Work {
    void with(Passwords passwords);
  }

  /** False when full: the work will not be done. */
  public boolean offer(Work work) {
    if (!open || !waiting.offer(work)) {
      return false;
    }
    if (started.compareAndSet(false, true)) {
      worker.start(new Rounds());
    } else {
      worker.wake();
    }
    return true;
  }

  /** Drops what waits. */
  @Override
  public void close() {
    open = false;
    worker.close();
  }

  private final class Rounds implements Round {
    /** One a round: what waits is dropped at the end, and that must not take long. */
    @Override
    public long run() {
      var work = waiting.poll();
      if (work != null) {
        work.with(passwords);
      }
      return WHEN_WOKEN;
    }

    @Override
    public boolean hasWork() {
      return !waiting.isEmpty();
    }

    @Override
    public void failed(Throwable cause) {
      open = false;
      failed.accept(cause);
    }
  }
}
