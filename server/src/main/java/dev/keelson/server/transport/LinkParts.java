package dev.keelson.server.transport;

import dev.keelson.api.peer.Hello;
import dev.keelson.raft.RandomSource;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.time.Clock;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What all connections of one transport share. */
record LinkParts(
    ServerIdentity self,
    TransportConfig config,
    Handshake handshake,
    Dialler dialler,
    EventLoopGroup loop,
    Supplier<MemberTable> members,
    PeerListener listener,
    LogLimiter limiter,
    Clock clock,
    RandomSource random) {

  /** What we say first on a connection that we have dialled. */
  Hello hello(long peer, Hello.Purpose purpose) {
    return handshake.hello(peer, purpose, members.get());
  }

  /** Netty would log what a task throws and go on; a bug of ours must end the member (OV-oom). */
  static Runnable loudly(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (Throwable bug) {
        report(bug);
        throw bug;
      }
    };
  }

  /** To whoever decides what becomes of this process. */
  static void report(Throwable bug) {
    var thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, bug);
  }

  /** Runs the task after a while. */
  ScheduledFuture<?> after(long millis, Runnable task) {
    return loop.schedule(loudly(task), millis, TimeUnit.MILLISECONDS);
  }

  /** Runs the task on the event loop; false if that has ended, and with it all connections. */
  boolean onLoop(Runnable task) {
    try {
      loop.execute(loudly(task));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }
}
