package dev.keelson.storage.work;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A worker with a thread of its own, named after its work. */
final class WorkerThread implements Worker {
  /** Between two looks of one who waits for the worker: that is rare, and means that it is busy. */
  private static final long LOOK_NANOS = 100_000;

  private final Doorbell bell = new Doorbell();
  private final BooleanSupplier mustStayAwake = this::mustStayAwake;
  private final Thread thread;
  private @Nullable Round started;
  private volatile boolean open = true;
  private volatile boolean ended;

  WorkerThread(String name) {
    this.thread = Thread.ofPlatform().name(name).unstarted(this::run);
  }

  @Override
  public void start(Round round) {
    started = round;
    thread.start();
  }

  @Override
  public void wake() {
    bell.ring();
  }

  @Override
  public boolean awaitRound() {
    // Who waits here is not interrupted: what it waits for cannot be left half done.
    boolean interrupted = Thread.interrupted();
    if (!ended) {
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !ended;
  }

  @Override
  public void close() {
    open = false;
    bell.ring();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    var round = round();
    try {
      while (open) {
        if (round.gathersLoad()) {
          letOthersRun();
        }
        bell.await(round.run(), mustStayAwake);
      }
      round.end();
    } catch (Throwable cause) {
      ended = true;
      round.failed(cause);
    } finally {
      ended = true;
    }
  }

  private Round round() {
    return requireNonNull(started, "set before the thread starts");
  }

  private boolean mustStayAwake() {
    return !open || round().hasWork();
  }

  /**
   * On a busy machine those are the threads that have more work for the next round; on an idle one
   * this returns at once.
   */
  @SuppressWarnings("ThreadPriorityCheck") // a hint: nothing but the size of a batch depends on it
  private static void letOthersRun() {
    Thread.yield();
  }
}
