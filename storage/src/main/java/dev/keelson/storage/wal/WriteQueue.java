package dev.keelson.storage.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Requests on their way to the writer, bounded by number and bytes. Nobody who waits here can be
 * interrupted: an interrupt would close the file it next meets. The lock guards the list, for as
 * long as it takes to add to it or to swap it.
 */
final class WriteQueue {
  private final int maxRequests;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();
  private final Condition notFull = lock.newCondition();
  private List<WriteRequest> waiting = new ArrayList<>();
  private long bytes;
  private boolean closed;

  WriteQueue(int maxRequests, long maxBytes) {
    this.maxRequests = maxRequests;
    this.maxBytes = maxBytes;
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Waits while the queue is full; false if it is closed. */
  boolean put(WriteRequest request) {
    lock.lock();
    try {
      while (!closed && !fits(request.payloadBytes())) {
        notFull.awaitUninterruptibly();
      }
      if (closed) {
        return false;
      }
      waiting.add(request);
      bytes += request.payloadBytes();
      notEmpty.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a request, then takes all that have gathered; nothing if the queue has closed. */
  List<WriteRequest> drain() {
    lock.lock();
    try {
      while (!closed && waiting.isEmpty()) {
        notEmpty.awaitUninterruptibly();
      }
      List<WriteRequest> taken = waiting;
      waiting = new ArrayList<>();
      bytes = 0;
      notFull.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more; what waits can still be drained. */
  void close() {
    lock.lock();
    try {
      closed = true;
      notEmpty.signalAll();
      notFull.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether one more of this size would not have to wait. */
  boolean hasRoomFor(long payloadBytes) {
    lock.lock();
    try {
      return fits(payloadBytes);
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(long more) {
    return waiting.isEmpty() || (waiting.size() < maxRequests && bytes + more <= maxBytes);
  }
}
