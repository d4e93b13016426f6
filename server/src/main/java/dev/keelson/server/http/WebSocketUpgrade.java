package dev.keelson.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.util.Optional;

/** Turns a connection that asks for it into a WebSocket (RFC 6455, GW12). */
final class WebSocketUpgrade {
  /** The sub-protocol by which a page, which can set no header, brings its token. */
  private static final String TOKEN_PROTOCOL = "Bearer";

  private WebSocketUpgrade() {}

  static boolean isAsked(HttpRequest request) {
    return request.method().equals(HttpMethod.GET)
        && request
            .headers()
            .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && request.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }

  /** What the call is told: an upgrade counts as POST, and the token is where it always is. */
  static HttpHead headOf(HttpHead head) {
    var headers = head.headers().copy();
    token(headers).ifPresent(token -> headers.set(HttpHeaderNames.AUTHORIZATION, token));
    return new HttpHead(HttpMethod.POST.name(), head.path(), head.parameters(), headers);
  }

  private static Optional<String> token(HttpHeaders headers) {
    String protocols = headers.get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "");
    int comma = protocols.indexOf(',');
    return comma > 0 && protocols.substring(0, comma).strip().equals(TOKEN_PROTOCOL)
        ? Optional.of(TOKEN_PROTOCOL + " " + protocols.substring(comma + 1).strip())
        : Optional.empty();
  }

  /**
   * Answers the request, and has the connection's frames come to the handler whose context this is.
   *
   * @return false if it is no request that a WebSocket can begin with
   */
  static boolean accept(ChannelHandlerContext context, HttpRequest request, int maxMessageBytes) {
    var factory =
        new WebSocketServerHandshakerFactory(request.uri(), TOKEN_PROTOCOL, false, maxMessageBytes);
    var handshaker = factory.newHandshaker(request);
    if (handshaker == null) {
      return false; // a version from before the standard
    }
    var whole =
        new DefaultFullHttpRequest(
            request.protocolVersion(), request.method(), request.uri(), Unpooled.EMPTY_BUFFER);
    whole.headers().set(request.headers());
    try {
      handshaker.handshake(context, whole).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    } catch (WebSocketHandshakeException e) {
      return false; // without a key, for example
    }
    context
        .pipeline()
        .addBefore(context.name(), null, new WebSocketFrameAggregator(maxMessageBytes));
    return true;
  }
}
