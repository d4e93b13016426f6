package dev.keelson.lease;

import java.util.Arrays;
import java.util.List;

/**
 * The leases by the time of their next decision: a binary heap that knows each lease's place. A
 * lease may be queued for too early a time: renewing one then costs nothing here.
 */
final class ExpiryQueue {
  static final int NOT_QUEUED = -1;

  private static final int INITIAL_CAPACITY = 16;

  private Lease[] heap = new Lease[INITIAL_CAPACITY];
  private int size;

  int size() {
    return size;
  }

  boolean hasDue(long nowNanos) {
    return size > 0 && heap[0].queuedNanos <= nowNanos;
  }

  /** The lease with the earliest time; there must be one. */
  Lease first() {
    return heap[0];
  }

  /** Queues a lease for a time, whether or not it was queued for another. */
  void queue(Lease lease, long atNanos) {
    boolean later = lease.queueIndex != NOT_QUEUED && atNanos > lease.queuedNanos;
    lease.queuedNanos = atNanos;
    if (lease.queueIndex == NOT_QUEUED) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, 2 * size);
      }
      place(lease, size++);
    }
    if (later) {
      sink(lease);
    } else {
      rise(lease);
    }
  }

  void remove(Lease lease) {
    if (lease.queueIndex == NOT_QUEUED) {
      return;
    }
    int hole = lease.queueIndex;
    lease.queueIndex = NOT_QUEUED;
    var last = heap[--size];
    clear(size);
    if (last != lease) {
      place(last, hole);
      rise(last);
      sink(last);
    }
  }

  /** Takes the place of all that was queued, in ascending order of their times. */
  void refill(List<Lease> ascending) {
    clear();
    heap = new Lease[Math.max(INITIAL_CAPACITY, ascending.size())];
    size = ascending.size();
    for (int i = 0; i < size; i++) {
      place(ascending.get(i), i); // a sorted array is a heap
    }
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      heap[i].queueIndex = NOT_QUEUED;
    }
    heap = new Lease[INITIAL_CAPACITY];
    size = 0;
  }

  @SuppressWarnings("NullAway") // beyond its size the heap holds nothing, and nothing is read
  private void clear(int index) {
    heap[index] = null;
  }

  private void rise(Lease lease) {
    int index = lease.queueIndex;
    while (index > 0) {
      int parent = (index - 1) / 2;
      if (heap[parent].queuedNanos <= lease.queuedNanos) {
        break;
      }
      place(heap[parent], index);
      index = parent;
    }
    place(lease, index);
  }

  private void sink(Lease lease) {
    int index = lease.queueIndex;
    for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
      if (child + 1 < size && heap[child + 1].queuedNanos < heap[child].queuedNanos) {
        child++;
      }
      if (heap[child].queuedNanos >= lease.queuedNanos) {
        break;
      }
      place(heap[child], index);
      index = child;
    }
    place(lease, index);
  }

  private void place(Lease lease, int index) {
    heap[index] = lease;
    lease.queueIndex = index;
  }
}
