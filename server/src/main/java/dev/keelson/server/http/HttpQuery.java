package dev.keelson.server.http;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A GET and its way back.
 *
 * @param path what the route left of it: empty, or from a slash on
 * @param parameters of the query, each with its values in their order
 * @param connection where work goes on that another thread has set off
 * @param reply takes exactly one answer, on any thread
 */
public record HttpQuery(
    String path,
    Map<String, List<String>> parameters,
    Executor connection,
    Consumer<HttpReply> reply) {

  boolean has(String name) {
    return parameters.containsKey(name);
  }

  List<String> all(String name) {
    return parameters.getOrDefault(name, List.of());
  }

  boolean isTrue(String name) {
    return all(name).contains("true");
  }
}
