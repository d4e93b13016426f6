package dev.keelson.server.rpc;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Finds out from the first bytes of a connection what it speaks, makes the pipeline for it and
 * leaves: HTTP/2's preface goes to gRPC, what looks like a method to HTTP/1.1, and anything else,
 * silence too, is closed without a word.
 */
final class ProtocolSniffer extends ChannelInboundHandlerAdapter {
  private static final byte[] HTTP2_PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** OPTIONS is the longest method that anybody sends. */
  private static final int MAX_METHOD_BYTES = 7;

  /** What the bytes so far say. */
  enum Verdict {
    HTTP2,
    HTTP1,
    UNKNOWN,
    UNDECIDED
  }

  private final GrpcHttp2ConnectionHandler grpc;
  private final Consumer<ChannelPipeline> http1;
  private final long timeoutMillis;
  private ByteBuf seen = Unpooled.EMPTY_BUFFER;
  private Runnable passOnNegotiation = () -> {};
  private Runnable cancelTimeout = () -> {};

  ProtocolSniffer(
      GrpcHttp2ConnectionHandler grpc, Consumer<ChannelPipeline> http1, long timeoutMillis) {
    this.grpc = grpc;
    this.http1 = http1;
    this.timeoutMillis = timeoutMillis;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ScheduledFuture<?> timeout =
        context.executor().schedule(() -> close(context), timeoutMillis, TimeUnit.MILLISECONDS);
    cancelTimeout = () -> cancel(timeout);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    cancelTimeout.run();
    seen.release();
    seen = Unpooled.EMPTY_BUFFER;
  }

  /** What the negotiation before this one found out; the gRPC handlers wait for it. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    passOnNegotiation = () -> context.fireUserEventTriggered(event);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    seen = Unpooled.wrappedBuffer(seen, (ByteBuf) message);
    switch (judge(seen)) {
      case UNDECIDED -> {}
      case UNKNOWN -> close(context);
      case HTTP2 -> {
        var bytes = seen.retain();
        context
            .pipeline()
            .replace(this, null, InternalProtocolNegotiators.grpcNegotiationHandler(grpc));
        passOnNegotiation.run();
        context.fireChannelRead(bytes);
      }
      case HTTP1 -> {
        var bytes = seen.retain();
        var pipeline = context.pipeline();
        while (pipeline.last() != this) {
          pipeline.removeLast(); // gRPC's: they wait for a negotiation that never comes
        }
        http1.accept(pipeline);
        pipeline.remove(this);
        context.fireChannelRead(bytes);
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close(context); // reset by the client: nobody's concern
  }

  static Verdict judge(ByteBuf bytes) {
    int length = Math.min(bytes.readableBytes(), HTTP2_PREFACE.length);
    int start = bytes.readerIndex();
    for (int i = 0; i < length; i++) {
      if (bytes.getByte(start + i) != HTTP2_PREFACE[i]) {
        return judgeMethod(bytes);
      }
    }
    return length == HTTP2_PREFACE.length ? Verdict.HTTP2 : Verdict.UNDECIDED;
  }

  private static Verdict judgeMethod(ByteBuf bytes) {
    int length = Math.min(bytes.readableBytes(), MAX_METHOD_BYTES + 1);
    int start = bytes.readerIndex();
    for (int i = 0; i < length; i++) {
      byte value = bytes.getByte(start + i);
      if (value == ' ' && i > 0) {
        return Verdict.HTTP1;
      }
      if (value < 'A' || value > 'Z') {
        return Verdict.UNKNOWN;
      }
    }
    return length > MAX_METHOD_BYTES ? Verdict.UNKNOWN : Verdict.UNDECIDED;
  }

  private static void cancel(Future<?> timeout) {
    timeout.cancel(false);
  }

  private static void close(ChannelHandlerContext context) {
    var _ = context.close();
  }
}
