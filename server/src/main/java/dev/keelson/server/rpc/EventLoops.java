package dev.keelson.server.rpc;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of the client port: epoll where the system has it. */
record EventLoops(EventLoopGroup group, Class<? extends ServerChannel> channelType)
    implements AutoCloseable {
  private static final long CLOSE_MILLIS = 1_000;

  static EventLoops start(int threads) {
    var number = new AtomicInteger();
    ThreadFactory factory =
        task ->
            Thread.ofPlatform()
                .name("keelson-client-" + number.incrementAndGet())
                .daemon()
                .unstarted(task);
    if (Epoll.isAvailable()) {
      return new EventLoops(
          new MultiThreadIoEventLoopGroup(threads, factory, EpollIoHandler.newFactory()),
          EpollServerSocketChannel.class);
    }
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(threads, factory, NioIoHandler.newFactory()),
        NioServerSocketChannel.class);
  }

  /** Does something again and again, on one of the threads. */
  void repeat(long millis, Runnable task) {
    var _ = group.scheduleAtFixedRate(task, millis, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }
}
