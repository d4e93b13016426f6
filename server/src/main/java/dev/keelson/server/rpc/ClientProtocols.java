package dev.keelson.server.rpc;

import io.grpc.Attributes;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.AsciiString;
import java.util.function.Consumer;

/**
 * Makes each accepted connection's first handlers. A client port with TLS puts the handshake before
 * the sniffer here, and lets ALPN speak for the first bytes.
 */
final class ClientProtocols implements InternalProtocolNegotiator.ProtocolNegotiator {
  private static final AsciiString SCHEME = AsciiString.cached("http");

  private final CallLanes lanes;
  private final CallEnvironment environment;
  private final Consumer<ChannelPipeline> http1;
  private final long sniffTimeoutMillis;

  ClientProtocols(
      CallLanes lanes,
      CallEnvironment environment,
      Consumer<ChannelPipeline> http1,
      long sniffTimeoutMillis) {
    this.lanes = lanes;
    this.environment = environment;
    this.http1 = http1;
    this.sniffTimeoutMillis = sniffTimeoutMillis;
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    InboundGuard.install(grpc, environment.admission(), environment.maxMessageBytes());
    var sniffer = new ProtocolSniffer(grpc, http1, sniffTimeoutMillis);
    return InternalProtocolNegotiators.waitUntilActiveHandler(
        new LaneMarker(sniffer), grpc.getNegotiationLogger());
  }

  @Override
  public AsciiString scheme() {
    return SCHEME;
  }

  @Override
  public void close() {}

  /** Tells the connection's calls where they go on, then makes way for the sniffer. */
  private final class LaneMarker extends ChannelInboundHandlerAdapter {
    private final ChannelHandler next;

    LaneMarker(ChannelHandler next) {
      this.next = next;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ProtocolNegotiationEvent negotiated) {
        Attributes attributes =
            InternalProtocolNegotiationEvent.getAttributes(negotiated).toBuilder()
                .set(ServiceBinder.LANE, lanes.of(context.channel().eventLoop()))
                .build();
        context.pipeline().replace(this, null, next);
        context.fireUserEventTriggered(
            InternalProtocolNegotiationEvent.withAttributes(negotiated, attributes));
      } else {
        context.fireUserEventTriggered(event);
      }
    }
  }
}
