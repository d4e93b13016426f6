package dev.keelson.server.rpc;

import dev.keelson.server.http.HealthMeasures;
import dev.keelson.server.http.HttpEndpoint;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a client port counts, and where it is told.
 *
 * @param endpoint answers GET /metrics
 * @param standstill why this member cannot serve though it lives; empty if it can
 */
public record Monitoring(
    CallMeasures calls,
    HealthMeasures health,
    HttpEndpoint endpoint,
    Supplier<Optional<String>> standstill) {

  /** Of a member that nobody watches. */
  public Monitoring(CallMeasures calls, HealthMeasures health, HttpEndpoint endpoint) {
    this(calls, health, endpoint, Optional::empty);
  }
}
