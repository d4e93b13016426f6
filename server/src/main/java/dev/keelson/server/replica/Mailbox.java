package dev.keelson.server.replica;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * A bounded hand-over to one owner, who is woken through its {@link Doorbell}. Any thread offers,
 * only the owner drains.
 */
final class Mailbox<T> {
  private final ArrayBlockingQueue<T> queue;
  private final Doorbell doorbell;

  Mailbox(int capacity, Doorbell doorbell) {
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.doorbell = doorbell;
  }

  /** False when full: the caller sheds the item, it does not wait. */
  boolean offer(T item) {
    if (!queue.offer(item)) {
      return false;
    }
    doorbell.ring();
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
