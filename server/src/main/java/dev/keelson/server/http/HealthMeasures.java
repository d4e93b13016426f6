package dev.keelson.server.http;

import java.util.concurrent.atomic.LongAdder;

/** How often GET /health was answered, and how. Thread-safe. */
public final class HealthMeasures {
  private final LongAdder healthy = new LongAdder();
  private final LongAdder unhealthy = new LongAdder();

  void answered(boolean isHealthy) {
    (isHealthy ? healthy : unhealthy).increment();
  }

  public long healthy() {
    return healthy.sum();
  }

  public long unhealthy() {
    return unhealthy.sum();
  }
}
