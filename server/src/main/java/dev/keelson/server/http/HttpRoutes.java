package dev.keelson.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.Map;
import java.util.Optional;

/** What the client port serves over HTTP/1.1. */
public final class HttpRoutes {
  private static final int MAX_BODY_BYTES = 64 << 10;
  private static final int IDLE_SECONDS = 120;

  private final Map<String, HttpEndpoint> endpoints;
  private final Map<String, HttpService> services;
  private final HttpPolicy policy;

  /**
   * What answers, by path; a path that ends with a slash takes all that lies below it.
   *
   * @param endpoints answer GETs
   * @param services answer whatever comes below their paths
   */
  public HttpRoutes(
      Map<String, HttpEndpoint> endpoints, Map<String, HttpService> services, HttpPolicy policy) {
    this.endpoints = Map.copyOf(endpoints);
    this.services = Map.copyOf(services);
    this.policy = policy;
  }

  /** Makes a new connection's pipeline, for a connection that speaks HTTP/1.1. */
  public void serve(ChannelPipeline pipeline) {
    pipeline.addLast(
        new IdleStateHandler(0, 0, IDLE_SECONDS), new HttpServerCodec(), new HttpConnection(this));
  }

  HttpReceiver open(HttpHead head, HttpExchange exchange) {
    var host = HttpPolicy.hostOf(head.headers());
    if (!policy.allowsHost(host)) {
      return new Whole(exchange, () -> exchange.reply(wrongHost(host)));
    }
    var answers = new CrossOriginExchange(exchange, policy.crossOriginHeaders(head.headers()));
    if (head.method().equals("OPTIONS")) {
      return new Whole(answers, () -> answers.reply(HttpReply.text(200, "")));
    }
    var parent = parentOf(head.path());
    var service = services.get(parent);
    if (service != null) {
      return service.open(head, answers);
    }
    return new Whole(answers, () -> dispatch(head, parent, answers));
  }

  /** What serves the path over a WebSocket, if anything does and the client may come. */
  Optional<HttpService> socketService(HttpHead head) {
    return policy.allowsHost(HttpPolicy.hostOf(head.headers()))
        ? Optional.ofNullable(services.get(parentOf(head.path())))
        : Optional.empty();
  }

  private static String parentOf(String path) {
    int slash = path.indexOf('/', 1);
    return slash > 0 ? path.substring(0, slash + 1) : path;
  }

  private static HttpReply wrongHost(String host) {
    return HttpReply.plain(
        421,
        """
        This member is not called "%s": the Host header is not in its --host-whitelist.

        Use a name that is listed there, or start the member with this one in the list:
          --host-whitelist "%s"
        """
            .formatted(host, host));
  }

  private void dispatch(HttpHead head, String parent, HttpExchange exchange) {
    var path = head.path();
    var found = endpoints.get(path);
    var rest = "";
    if (found == null) {
      found = endpoints.get(parent);
      rest = path.substring(parent.length());
    }
    if (found == null) {
      exchange.reply(HttpReply.notFound());
    } else if (!head.method().equals("GET")) {
      exchange.reply(HttpReply.methodNotAllowed());
    } else {
      var loop = exchange.loop();
      found.answer(
          new HttpQuery(
              rest, head.parameters(), loop, reply -> loop.execute(() -> exchange.reply(reply))));
    }
  }

  /** Waits for the end of a body that is of no interest, before anything is answered. */
  private static final class Whole implements HttpReceiver {
    private final HttpExchange exchange;
    private final Runnable answer;
    private int size;

    Whole(HttpExchange exchange, Runnable answer) {
      this.exchange = exchange;
      this.answer = answer;
    }

    @Override
    public boolean body(ByteBuf part) {
      size += part.readableBytes();
      if (size > MAX_BODY_BYTES) {
        exchange.reply(HttpReply.plain(413, "Request Entity Too Large\n"));
        return false;
      }
      return true;
    }

    @Override
    public void bodyEnded() {
      answer.run();
    }
  }
}
