package dev.keelson.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.Map;

/** Tells browsers which pages may read the answers (GW13). */
final class CrossOriginExchange implements HttpExchange {
  private final HttpExchange exchange;
  private final Map<String, String> crossOrigin;

  CrossOriginExchange(HttpExchange exchange, Map<String, String> crossOrigin) {
    this.exchange = exchange;
    this.crossOrigin = crossOrigin;
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

  private Map<String, String> with(Map<String, String> headers) {
    var all = new HashMap<>(crossOrigin);
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
