package dev.keelson.server.auth;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread that works on passwords ("keelson-password"), one after the other: guessing them must
 * not take the machine away from everybody else. Bounded.
 */
public final class PasswordDesk implements AutoCloseable {
  private static final int MAX_WAITING = 64;

  private final Passwords passwords;
  private final ThreadPoolExecutor thread;

  public PasswordDesk(Passwords passwords) {
    this.passwords = passwords;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.MILLISECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            work -> Thread.ofPlatform().name("keelson-password").unstarted(work));
  }

  /** Work on a password, which says who hears of its end. */
  @FunctionalInterface
  public interface Work {
    void with(Passwords passwords);
  }

  /** False when full: the work will not be done. */
  public boolean offer(Work work) {
    try {
      thread.execute(() -> work.with(passwords));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Drops what waits. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
