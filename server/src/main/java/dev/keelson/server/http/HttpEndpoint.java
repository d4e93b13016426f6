package dev.keelson.server.http;

/** Answers GETs of one path. Runs on the connection's thread and must not block. */
@FunctionalInterface
public interface HttpEndpoint {
  void answer(HttpQuery query);
}
