package dev.keelson.client;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What a client was built with. */
record ClientConfig(
    EndpointSource endpoints,
    @Nullable Tls tls,
    @Nullable Credentials credentials,
    Timing timing,
    Executor executor,
    ClientObserver observer) {

  /**
   * How long things may take.
   *
   * @param call the whole of a call, repetitions included
   * @param readAttempt one attempt at a read, before another member is asked
   * @param keepAlive how long a connection in use may be silent before it is probed
   * @param keepAliveTimeout how long the probe may go unanswered
   * @param endpointRefresh how often the endpoints are asked for again
   */
  record Timing(
      Duration call,
      Duration readAttempt,
      Duration keepAlive,
      Duration keepAliveTimeout,
      Duration endpointRefresh) {
    static Timing standard() {
      return new Timing(
          Duration.ofSeconds(15),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofMinutes(1));
    }
  }
}
