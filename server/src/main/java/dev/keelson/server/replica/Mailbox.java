package dev.keelson.server.replica;

import dev.keelson.storage.work.Worker;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/** A bounded hand-over to one owner, a worker. Any thread offers, only the owner drains. */
final class Mailbox<T> {
  private final ArrayBlockingQueue<T> queue;
  private final Worker owner;

  Mailbox(int capacity, Worker owner) {
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.owner = owner;
  }

  /** False when full: the caller sheds the item, it does not wait. */
  boolean offer(T item) {
    if (!queue.offer(item)) {
      return false;
    }
    owner.wake();
    return true;
  }

  /** Takes all that has gathered, up to a limit: batching comes from load, not from a timer. */
  void drainTo(List<? super T> target, int limit) {
    if (!queue.isEmpty()) {
      queue.drainTo(target, limit);
    }
  }

  int size() {
    return queue.size();
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }
}
