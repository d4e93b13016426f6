package dev.keelson.storage.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Requests on their way to the writer, bounded by number and bytes. Nobody waits in here. The lock
 * guards the list, for as long as it takes to add to it or to swap it.
 */
final class WriteQueue {
  private final int maxRequests;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private List<WriteRequest> waiting = new ArrayList<>();
  private long bytes;
  private boolean closed;

  /** What became of a request. */
  enum Offer {
    TAKEN,
    FULL,
    CLOSED
  }

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

  Offer offer(WriteRequest request) {
    lock.lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      if (!fits(request.payloadBytes())) {
        return Offer.FULL;
      }
      waiting.add(request);
      bytes += request.payloadBytes();
      return Offer.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  /** Takes all that have gathered. */
  List<WriteRequest> drain() {
    lock.lock();
    try {
      if (waiting.isEmpty()) {
        return List.of();
      }
      List<WriteRequest> taken = waiting;
      waiting = new ArrayList<>();
      bytes = 0;
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
