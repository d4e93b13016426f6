package dev.keelson.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;

/** One HTTP/1.1 connection: one request at a time, in the order they came. */
final class HttpConnection extends ChannelDuplexHandler {
  /** Requests that a client may send ahead. */
  private static final int MAX_PIPELINED = 16;

  private final HttpRoutes routes;
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private boolean answering;

  private record Request(boolean isGet, String path, Map<String, List<String>> parameters) {}

  HttpConnection(HttpRoutes routes) {
    this.routes = routes;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (!(message instanceof FullHttpRequest request)
          || request.decoderResult().isFailure()
          || waiting.size() == MAX_PIPELINED) {
        var _ = context.close();
        return;
      }
      var query = new QueryStringDecoder(request.uri());
      waiting.add(
          new Request(request.method().equals(HttpMethod.GET), query.path(), query.parameters()));
      answerNext(context);
    } catch (IllegalArgumentException e) {
      var _ = context.close(); // an escape in the query that is none
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answerNext(ChannelHandlerContext context) {
    if (answering || waiting.isEmpty()) {
      return;
    }
    answering = true;
    var request = waiting.remove();
    routes.dispatch(
        request.isGet(),
        request.path(),
        new HttpQuery(
            "",
            request.parameters(),
            context.executor(),
            reply -> context.executor().execute(() -> write(context, reply))));
  }

  private void write(ChannelHandlerContext context, HttpReply reply) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reply.status()),
            Unpooled.copiedBuffer(reply.body(), UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
        .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    reply.headers().forEach(response.headers()::set);
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    answering = false;
    answerNext(context);
  }

  /** What comes from behind is the gRPC library's, which shuts down: it has nothing else to say. */
  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    ReferenceCountUtil.release(message);
    var _ = context.close(promise);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent && !answering) {
      var _ = context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close(); // the client's bytes or its going: nothing an operator could do
  }
}
