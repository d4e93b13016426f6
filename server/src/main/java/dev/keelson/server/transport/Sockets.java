package dev.keelson.server.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Netty's sockets as this transport uses them: one event loop, epoll where the machine has it. */
final class Sockets implements AutoCloseable {
  /** Encoded bytes a connection holds before it asks us to wait, and to go on. */
  private static final WriteBufferWaterMark WRITE_MARKS =
      new WriteBufferWaterMark(512 << 10, 1 << 20);

  /** Reads that grow to the size of a batch, so that a frame is seldom put together from parts. */
  private static final AdaptiveRecvByteBufAllocator READ_SIZES =
      new AdaptiveRecvByteBufAllocator(1 << 10, 16 << 10, 512 << 10);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final EventLoopGroup loop;
  private final boolean epoll = Epoll.isAvailable();
  private final LinkSecurity security;

  Sockets(LinkSecurity security, UncaughtExceptionHandler bugs) {
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.loop = new MultiThreadIoEventLoopGroup(1, threads(bugs), io);
    this.security = security;
  }

  private static ThreadFactory threads(UncaughtExceptionHandler bugs) {
    var plain = new DefaultThreadFactory("keelson-peer");
    return task -> {
      var thread = plain.newThread(task);
      thread.setUncaughtExceptionHandler(bugs);
      return thread;
    };
  }

  EventLoopGroup loop() {
    return loop;
  }

  /** Dials with this; each connection gets a handler of its own. */
  Bootstrap dialler(Duration connectTimeout, FrameHandler handler) {
    return new Bootstrap()
        .group(loop)
        .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis())
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS)
        .option(ChannelOption.RECVBUF_ALLOCATOR, READ_SIZES)
        .handler(initializer(true, _ -> handler));
  }

  /** Accepts with this; each connection gets the handler that is made for it. */
  ServerBootstrap acceptor(Function<Channel, FrameHandler> handlers) {
    return new ServerBootstrap()
        .group(loop)
        .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS)
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, READ_SIZES)
        .childHandler(initializer(false, handlers));
  }

  private ChannelInitializer<Channel> initializer(
      boolean dialled, Function<Channel, FrameHandler> handlers) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        security.install(channel.pipeline(), dialled);
        channel.pipeline().addLast(new FrameConnection(channel, handlers.apply(channel)));
      }
    };
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_WITHIN.toMillis() * 2);
  }
}
