package dev.keelson.server.replica;

import dev.keelson.api.status.EtcdError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Linearizable reads on their way: first they wait for an index, then for the store to reach it.
 * All reads that gathered between two steps share one id. Owned by the replica thread.
 */
final class PendingReads {
  private final Map<Long, Batch> withoutIndex = new HashMap<>();
  private final PriorityQueue<Indexed> withIndex =
      new PriorityQueue<>(Comparator.comparingLong(Indexed::index));
  private final ArrayDeque<Long> byDeadline = new ArrayDeque<>();
  private final ReplicaMeasures measures;
  private long nextId;

  PendingReads(ReplicaMeasures measures) {
    this.measures = measures;
  }

  /** Whether a reader has gone, which is told so. */
  static boolean dropIfCancelled(Completion<Long> reader) {
    if (!reader.isCancelled()) {
      return false;
    }
    reader.complete(new Outcome.Failure<>(EtcdError.CANCELED));
    return true;
  }

  /** The id under which the node is asked for an index. */
  long add(List<Completion<Long>> readers, long deadlineNanos) {
    long id = ++nextId;
    withoutIndex.put(id, new Batch(List.copyOf(readers), deadlineNanos));
    byDeadline.add(id);
    return id;
  }

  /** The node found the index; an id that is not known was answered already. */
  void indexFound(long id, long index) {
    var batch = withoutIndex.remove(id);
    if (batch != null) {
      withIndex.add(new Indexed(index, batch));
    }
  }

  void fail(long id, EtcdError error) {
    var batch = withoutIndex.remove(id);
    if (batch != null) {
      measures.readFailed();
      answer(batch, new Outcome.Failure<>(error));
    }
  }

  /** The store has applied everything up to this index. */
  void applied(long index) {
    for (var next = withIndex.peek();
        next != null && next.index <= index;
        next = withIndex.peek()) {
      withIndex.poll();
      answer(next.batch, new Outcome.Success<>(next.index));
    }
  }

  /** Whether a read has its index and waits for the store to reach it. */
  boolean waitForStore() {
    return !withIndex.isEmpty();
  }

  void expire(long nowNanos) {
    for (var id = byDeadline.peek(); id != null; id = byDeadline.peek()) {
      var batch = withoutIndex.get(id);
      if (batch != null && batch.deadlineNanos - nowNanos > 0) {
        break;
      }
      byDeadline.poll();
      if (batch != null) {
        withoutIndex.remove(id);
        measures.readExpired();
        answer(batch, new Outcome.Failure<>(EtcdError.TIMEOUT));
      }
    }
    var late = new ArrayList<Indexed>();
    for (var indexed : withIndex) {
      if (indexed.batch.deadlineNanos - nowNanos <= 0) {
        late.add(indexed);
      }
    }
    for (var indexed : late) {
      withIndex.remove(indexed);
      answer(indexed.batch, new Outcome.Failure<>(EtcdError.TIMEOUT));
    }
  }

  void failAll(EtcdError error) {
    for (var id : List.copyOf(withoutIndex.keySet())) {
      fail(id, error);
    }
    for (var next = withIndex.poll(); next != null; next = withIndex.poll()) {
      answer(next.batch, new Outcome.Failure<>(error));
    }
  }

  private static void answer(Batch batch, Outcome<Long> outcome) {
    for (var reader : batch.readers) {
      reader.complete(outcome);
    }
  }

  private record Batch(List<Completion<Long>> readers, long deadlineNanos) {}

  private record Indexed(long index, Batch batch) {}
}
