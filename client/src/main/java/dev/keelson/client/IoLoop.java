package dev.keelson.client;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The client's one thread: sockets, timers, and the state of watches and leases, which it alone
 * touches. What users gave us to call never runs on it.
 */
final class IoLoop implements Executor, AutoCloseable {
  private static final long STOP_SECONDS = 10;

  private final EventLoopGroup group;
  private final EventLoop loop;

  IoLoop() {
    var threads = new DefaultThreadFactory("keelson-java-client", true);
    group = new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory());
    loop = group.next();
  }

  EventLoopGroup group() {
    return group;
  }

  /** Whether the caller is the loop, which must not wait for itself. */
  boolean isCurrent() {
    return loop.inEventLoop();
  }

  /** Runs it on the loop: at once when the caller is the loop. Nothing after the loop's end. */
  @Override
  public void execute(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      later(task);
    }
  }

  /** Runs it on the loop after what it is doing. */
  void later(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // The client is closed, and with it everything that the task could have told or been told.
    }
  }

  Timer after(Duration delay, Runnable task) {
    try {
      ScheduledFuture<?> scheduled = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void close() {
    var stopped = group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS);
    if (!loop.inEventLoop()) {
      stopped.awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Something that will happen unless it is cancelled. */
  interface Timer {
    void cancel();
  }
}
