package dev.keelson.embedded;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Where the threads of a paused member stand until it goes on. Thread-safe. */
final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean shut;

  void shut() {
    set(true);
  }

  void open() {
    set(false);
  }

  private void set(boolean value) {
    lock.lock();
    try {
      shut = value;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Goes on when the gate is open. */
  void pass() {
    lock.lock();
    try {
      while (shut) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
