package dev.keelson.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Map;

/** The way back of one request. For the connection's thread; once it is over nothing happens. */
public interface HttpExchange {
  EventLoop loop();

  /** Answers whole. */
  void reply(HttpReply reply);

  /** Begins an answer of unknown length. */
  void start(String contentType, Map<String, String> headers);

  /** A part of the answer that was begun. */
  void send(ByteBuf part);

  /** Ends the answer that was begun. */
  void finish();

  /** Lets the body go on that a receiver held back. */
  void readOn();

  /** The client takes what is sent; past it a sender stops. */
  boolean isWritable();
}
