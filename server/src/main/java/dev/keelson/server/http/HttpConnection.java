package dev.keelson.server.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * One HTTP/1.1 connection: one request at a time, in the order they came. What a client sends ahead
 * stays in the socket.
 */
final class HttpConnection extends ChannelDuplexHandler {
  private final HttpRoutes routes;
  private Optional<OpenExchange> current = Optional.empty();

  /** Once there is one, the connection is no more than its. */
  private Optional<WebSocketExchange> socket = Optional.empty();

  /** What has been read and may not go on yet: at most what one read of the socket held. */
  private final ArrayDeque<HttpObject> waiting = new ArrayDeque<>();

  private boolean working;

  HttpConnection(HttpRoutes routes) {
    this.routes = routes;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (socket.isPresent()) {
      socket.get().receive(message);
    } else if (message instanceof HttpObject object) {
      waiting.add(object);
      work(context);
    } else {
      ReferenceCountUtil.release(message);
      close(context);
    }
  }

  /** Goes on as far as it may; stops reading while there is something that may not. */
  private void work(ChannelHandlerContext context) {
    if (working) {
      return;
    }
    working = true;
    while (!waiting.isEmpty() && mayTake(waiting.element())) {
      var object = waiting.remove();
      try {
        take(context, object);
      } finally {
        ReferenceCountUtil.release(object);
      }
    }
    working = false;
    context.channel().config().setAutoRead(waiting.isEmpty());
  }

  private boolean mayTake(HttpObject object) {
    return object instanceof HttpRequest
        ? current.isEmpty()
        : current.map(OpenExchange::isReading).orElse(true);
  }

  private void take(ChannelHandlerContext context, HttpObject object) {
    if (object.decoderResult().isFailure()) {
      close(context);
      return;
    }
    if (object instanceof HttpRequest request) {
      begin(context, request);
    }
    if (object instanceof HttpContent content) {
      var last = content instanceof LastHttpContent;
      current.ifPresent(exchange -> exchange.receive(content.content(), last));
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    try {
      var query = new QueryStringDecoder(request.uri());
      var head =
          new HttpHead(
              request.method().name(), query.path(), query.parameters(), request.headers());
      if (WebSocketUpgrade.isAsked(request)) {
        var service = routes.socketService(head);
        if (service.isPresent()) {
          upgrade(context, request, service.get(), WebSocketUpgrade.headOf(head));
          return;
        }
      }
      var exchange = new OpenExchange(context, request, () -> next(context), () -> work(context));
      current = Optional.of(exchange);
      exchange.open(routes.open(head, exchange));
    } catch (IllegalArgumentException e) {
      close(context); // an escape in the query that is none
    }
  }

  private void upgrade(
      ChannelHandlerContext context, HttpRequest request, HttpService service, HttpHead head) {
    if (!WebSocketUpgrade.accept(context, request, service.maxBodyBytes())) {
      close(context);
      return;
    }
    var exchange = new WebSocketExchange(context);
    socket = Optional.of(exchange);
    exchange.open(service.open(head, exchange));
  }

  /** The answer has gone out: the next request may begin. */
  private void next(ChannelHandlerContext context) {
    current = Optional.empty();
    work(context);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      current.ifPresent(OpenExchange::writable);
      socket.ifPresent(WebSocketExchange::writable);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    var open = current;
    current = Optional.empty();
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    open.ifPresent(OpenExchange::gone);
    socket.ifPresent(WebSocketExchange::closed);
    context.fireChannelInactive();
  }

  /** What comes from behind is the gRPC library's, which shuts down: it has nothing else to say. */
  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    ReferenceCountUtil.release(message);
    var _ = context.close(promise);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof IdleStateEvent)) {
      return;
    }
    if (socket.isPresent()) {
      socket.get().idle();
    } else if (current.map(OpenExchange::isReceiving).orElse(true)) {
      close(context);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close(context); // the client's bytes or its going: nothing an operator could do
  }

  private static void close(ChannelHandlerContext context) {
    var _ = context.close();
  }
}
