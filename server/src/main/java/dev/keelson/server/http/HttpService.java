package dev.keelson.server.http;

/** Serves requests whose bodies and answers may be long. On the connection's thread. */
@FunctionalInterface
public interface HttpService {
  /** A request has begun; its body goes to what this returns. */
  HttpReceiver open(HttpHead head, HttpExchange exchange);

  /** No body, and no message of a WebSocket, that is longer is of any use. */
  default int maxBodyBytes() {
    return 64 << 10;
  }
}
