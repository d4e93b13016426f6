package dev.keelson.server.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.Map;
import java.util.TreeMap;

/** What the client port serves over HTTP/1.1. */
public final class HttpRoutes {
  private static final int MAX_BODY_BYTES = 64 << 10;
  private static final int IDLE_SECONDS = 120;

  private final Map<String, HttpEndpoint> endpoints;

  /** Endpoints by path; one that ends with a slash takes all that lies below it too. */
  public HttpRoutes(Map<String, HttpEndpoint> endpoints) {
    this.endpoints = new TreeMap<>(endpoints);
  }

  /** Makes a new connection's pipeline, for a connection that speaks HTTP/1.1. */
  public void serve(ChannelPipeline pipeline) {
    pipeline.addLast(
        new IdleStateHandler(0, 0, IDLE_SECONDS),
        new HttpServerCodec(),
        new HttpServerKeepAliveHandler(),
        new HttpObjectAggregator(MAX_BODY_BYTES, true),
        new HttpConnection(this));
  }

  void dispatch(boolean isGet, String path, HttpQuery query) {
    var found = endpoints.get(path);
    var rest = "";
    if (found == null) {
      int slash = path.indexOf('/', 1);
      if (slash > 0) {
        found = endpoints.get(path.substring(0, slash + 1));
        rest = path.substring(slash + 1);
      }
    }
    if (found == null) {
      query.reply().accept(HttpReply.notFound());
    } else if (!isGet) {
      query.reply().accept(HttpReply.methodNotAllowed());
    } else {
      found.answer(new HttpQuery(rest, query.parameters(), query.connection(), query.reply()));
    }
  }
}
