package dev.keelson.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One request under way. On its connection's thread. */
final class OpenExchange implements HttpExchange {
  private static final long LINGER_MILLIS = 1_000;

  private final ChannelHandlerContext context;
  private final HttpRequest request;
  private final Runnable next;
  private final Runnable goOn;
  private HttpReceiver receiver = HttpReceiver.NOBODY;
  private boolean received;
  private boolean reading = true;
  private boolean started;
  private boolean finished;
  private boolean gone;
  private boolean keepAlive;

  OpenExchange(ChannelHandlerContext context, HttpRequest request, Runnable next, Runnable goOn) {
    this.context = context;
    this.request = request;
    this.next = next;
    this.goOn = goOn;
  }

  void open(HttpReceiver opened) {
    receiver = opened;
    if (HttpUtil.is100ContinueExpected(request) && !started) {
      write(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  void receive(ByteBuf part, boolean last) {
    if (finished || gone) {
      received |= last;
      if (gone && last) {
        close();
      }
      return;
    }
    reading = !part.isReadable() || receiver.body(part);
    if (last) {
      received = true;
      if (!finished) {
        receiver.bodyEnded();
      }
    }
  }

  boolean isReading() {
    return reading || finished;
  }

  @Override
  public void readOn() {
    if (!reading && !finished) {
      reading = true;
      goOn.run();
    }
  }

  boolean isReceiving() {
    return !received && !started;
  }

  void writable() {
    if (!finished) {
      receiver.writable();
    }
  }

  void gone() {
    if (!gone) {
      gone = true;
      finished = true;
      receiver.ended(false);
    }
  }

  @Override
  public EventLoop loop() {
    return context.channel().eventLoop();
  }

  @Override
  public boolean isWritable() {
    return !finished && context.channel().isWritable();
  }

  @Override
  public void reply(HttpReply reply) {
    if (started || gone) {
      return;
    }
    started = true;
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reply.status()),
            Unpooled.wrappedBuffer(reply.body().getBytes(UTF_8)));
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    prepare(response, reply.contentType(), reply.headers());
    finishWith(context.writeAndFlush(response));
  }

  @Override
  public void start(String contentType, Map<String, String> headers) {
    if (started || gone) {
      return;
    }
    started = true;
    var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    if (request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    prepare(response, contentType, headers);
    write(response);
  }

  @Override
  public void send(ByteBuf part) {
    if (finished || gone) {
      part.release();
      return;
    }
    write(new DefaultHttpContent(part));
  }

  @Override
  public void finish() {
    if (started && !finished && !gone) {
      finishWith(context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    }
  }

  private void prepare(HttpResponse response, String contentType, Map<String, String> headers) {
    if (!contentType.isEmpty()) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }
    headers.forEach(response.headers()::set);
    // Rather than read a body that nobody wants, the connection goes.
    keepAlive =
        (received || !announcesBody())
            && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
            && HttpUtil.isKeepAlive(request);
    HttpUtil.setKeepAlive(response, keepAlive);
  }

  private boolean announcesBody() {
    return HttpUtil.isContentLengthSet(request) || HttpUtil.isTransferEncodingChunked(request);
  }

  private void write(Object message) {
    context.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  private void finishWith(ChannelFuture sent) {
    finished = true;
    sent.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    sent.addListener(_ -> over(sent.isSuccess()));
  }

  private void over(boolean answered) {
    if (gone) {
      return;
    }
    gone = true;
    receiver.ended(answered);
    if (keepAlive) {
      next.run();
    } else if (!received && context.channel() instanceof DuplexChannel channel) {
      // Closed with bytes unread, the answer might be lost on its way (RFC 9112, section 9.6).
      channel.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
      var _ = loop().schedule(this::close, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      close();
    }
  }

  private void close() {
    var _ = context.close();
  }
}
