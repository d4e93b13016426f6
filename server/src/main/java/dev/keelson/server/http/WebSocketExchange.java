package dev.keelson.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Map;

/**
 * One call over a WebSocket (GW12): each message is one object of the request's stream, each answer
 * a message of its own. Closing from either side ends the call. On its connection's thread.
 */
final class WebSocketExchange implements HttpExchange {
  private final ChannelHandlerContext connection;
  private HttpReceiver receiver = HttpReceiver.NOBODY;

  /** What has been read and may not go on yet: at most what one read of the socket held. */
  private final ArrayDeque<WebSocketFrame> waiting = new ArrayDeque<>();

  private boolean reading = true;
  private boolean working;
  private boolean asked;
  private boolean over;

  WebSocketExchange(ChannelHandlerContext connection) {
    this.connection = connection;
  }

  void open(HttpReceiver opened) {
    receiver = opened;
  }

  // What the client sends

  void receive(Object message) {
    if (message instanceof WebSocketFrame frame) {
      asked = false;
      waiting.add(frame);
      work();
    } else {
      ReferenceCountUtil.release(message); // the end of the request that led here
    }
  }

  private void work() {
    if (working) {
      return;
    }
    working = true;
    while (reading && !waiting.isEmpty()) {
      var frame = waiting.remove();
      try {
        take(frame);
      } finally {
        frame.release();
      }
    }
    working = false;
    connection.channel().config().setAutoRead(waiting.isEmpty());
  }

  private void take(WebSocketFrame frame) {
    switch (frame) {
      case TextWebSocketFrame text -> message(text.content());
      case BinaryWebSocketFrame bytes -> message(bytes.content());
      case PingWebSocketFrame ping -> write(new PongWebSocketFrame(ping.content().retain()));
      case CloseWebSocketFrame _ -> {
        gone();
        var _ = close();
      }
      default -> {} // a pong; parts of a message were put together before
    }
  }

  private void message(ByteBuf content) {
    if (!over) {
      reading = receiver.body(content);
      if (!over) {
        receiver.messageEnded();
      }
    }
  }

  @Override
  public void readOn() {
    if (!reading) {
      reading = true;
      work();
    }
  }

  /** Nothing has come or gone for a while. */
  void idle() {
    if (asked) {
      var _ = connection.close(); // it has not answered a ping: nobody is there
    } else {
      asked = true;
      write(new PingWebSocketFrame());
    }
  }

  void writable() {
    if (!over) {
      receiver.writable();
    }
  }

  void closed() {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    gone();
  }

  private void gone() {
    if (!over) {
      over = true;
      receiver.ended(false);
    }
  }

  // What it is told

  @Override
  public EventLoop loop() {
    return connection.channel().eventLoop();
  }

  @Override
  public boolean isWritable() {
    return !over && connection.channel().isWritable();
  }

  @Override
  public void reply(HttpReply reply) {
    if (!over) {
      write(new TextWebSocketFrame(Unpooled.wrappedBuffer(reply.body().getBytes(UTF_8))));
      finish();
    }
  }

  @Override
  public void start(String contentType, Map<String, String> headers) {}

  @Override
  public void send(ByteBuf part) {
    if (over) {
      part.release();
    } else {
      write(new TextWebSocketFrame(part));
    }
  }

  @Override
  public void finish() {
    if (!over) {
      over = true;
      close().addListener(_ -> receiver.ended(true));
    }
  }

  private void write(WebSocketFrame frame) {
    connection.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  private ChannelFuture close() {
    return connection
        .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
        .addListener(ChannelFutureListener.CLOSE);
  }
}
