package dev.keelson.server.http;

import java.util.Map;

/** An answer over HTTP. */
public record HttpReply(int status, String contentType, String body, Map<String, String> headers) {
  private static final String TEXT = "text/plain; charset=utf-8";

  public HttpReply {
    headers = Map.copyOf(headers);
  }

  static HttpReply text(int status, String body) {
    return new HttpReply(status, TEXT, body, Map.of());
  }

  /** Text that a browser must not take for anything else. */
  static HttpReply plain(int status, String body) {
    return new HttpReply(status, TEXT, body, Map.of("X-Content-Type-Options", "nosniff"));
  }

  static HttpReply json(String body) {
    return new HttpReply(200, "application/json", body, Map.of());
  }

  static HttpReply notFound() {
    return plain(404, "404 page not found\n");
  }

  static HttpReply methodNotAllowed() {
    return new HttpReply(
        405,
        TEXT,
        "Method Not Allowed\n",
        Map.of("Allow", "GET", "X-Content-Type-Options", "nosniff"));
  }
}
