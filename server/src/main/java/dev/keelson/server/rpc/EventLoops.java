package dev.keelson.server.rpc;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of the client port: epoll where the system has it. */
record EventLoops(
    EventLoopGroup group, Class<? extends ServerChannel> channelType, UncaughtExceptionHandler bugs)
    implements AutoCloseable {
  private static final long CLOSE_MILLIS = 1_000;

  static EventLoops start(int threads, UncaughtExceptionHandler bugs) {
    var number = new AtomicInteger();
    ThreadFactory factory =
        task ->
            Thread.ofPlatform()
                .name("keelson-client-" + number.incrementAndGet())
                .daemon()
                .uncaughtExceptionHandler(bugs)
                .unstarted(task);
    if (Epoll.isAvailable()) {
      return new EventLoops(
          new MultiThreadIoEventLoopGroup(threads, factory, EpollIoHandler.newFactory()),
          EpollServerSocketChannel.class,
          bugs);
    }
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(threads, factory, NioIoHandler.newFactory()),
        NioServerSocketChannel.class,
        bugs);
  }

  /** Does something again and again, on one of the threads. */
  void repeat(long millis, Runnable task) {
    Runnable loudly = () -> runLoudly(task);
    var _ = group.scheduleAtFixedRate(loudly, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Netty would end the repetition, and tell nobody. */
  private void runLoudly(Runnable task) {
    try {
      task.run();
    } catch (Throwable bug) {
      bugs.uncaughtException(Thread.currentThread(), bug);
      throw bug;
    }
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }
}
