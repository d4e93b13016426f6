package dev.keelson.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.Map;

/** Lets pages of any origin read the answers, as etcd does unless told otherwise (GW13). */
final class CrossOriginExchange implements HttpExchange {
  private static final Map<String, String> HEADERS =
      Map.of(
          "Access-Control-Allow-Origin", "*",
          "Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE",
          "Access-Control-Allow-Headers", "accept, content-type, authorization");

  private final HttpExchange exchange;

  CrossOriginExchange(HttpExchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public EventLoop loop() {
    return exchange.loop();
  }

  @Override
  public void reply(HttpReply reply) {
    exchange.reply(
        new HttpReply(reply.status(), reply.contentType(), reply.body(), with(reply.headers())));
  }

  @Override
  public void start(String contentType, Map<String, String> headers) {
    exchange.start(contentType, with(headers));
  }

  private static Map<String, String> with(Map<String, String> headers) {
    var all = new HashMap<>(HEADERS);
    all.putAll(headers);
    return all;
  }

  @Override
  public void send(ByteBuf part) {
    exchange.send(part);
  }

  @Override
  public void finish() {
    exchange.finish();
  }

  @Override
  public void readOn() {
    exchange.readOn();
  }

  @Override
  public boolean isWritable() {
    return exchange.isWritable();
  }
}
