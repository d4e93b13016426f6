package dev.keelson.server.rpc;

import dev.keelson.storage.mvcc.ReadView;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The calls of one event loop: what other threads have prepared for them goes on here. Point reads
 * that have gathered share one view of the store, opened after all of them were handed over, so
 * that none sees less than it waited for.
 */
final class CallLane {
  /** Reads between two looks at the sockets. */
  private static final int MAX_BATCH = 256;

  private final EventLoop loop;
  private final Supplier<ReadView> views;
  private final Queue<ViewRead> reads = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ArrayList<ViewRead> batch = new ArrayList<>(MAX_BATCH);

  CallLane(EventLoop loop, Supplier<ReadView> views) {
    this.loop = loop;
    this.views = views;
  }

  void execute(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      submit(task);
    }
  }

  /** Runs a task later; not at all if the port is closed by then. */
  void schedule(long millis, Runnable task) {
    submit(
        () -> {
          var _ = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
        });
  }

  /** What waits here; costs time for each read that does. */
  int depth() {
    int steps = loop instanceof SingleThreadEventExecutor executor ? executor.pendingTasks() : 0;
    return steps + reads.size();
  }

  void read(ViewRead read) {
    reads.add(read);
    scheduleDrain();
  }

  private void scheduleDrain() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      submit(this::drain);
    }
  }

  private void drain() {
    scheduled.set(false); // first: a read added from here on schedules the next drain
    for (var read = reads.poll(); read != null; read = reads.poll()) {
      batch.add(read);
      if (batch.size() == MAX_BATCH) {
        scheduleDrain();
        break;
      }
    }
    if (!batch.isEmpty()) {
      ViewRead.runAll(batch, views);
      batch.clear();
    }
  }

  private void submit(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // The port is closed and its connections with it: nobody is left to answer.
      return;
    }
  }
}
