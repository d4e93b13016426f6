package dev.keelson.client;

import io.grpc.ManagedChannel;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One member's client port, its connection, and how it has been doing. Thread-safe. */
final class Endpoint {
  private static final long FIRST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int MOST_DOUBLINGS = 6;

  private final String name;
  private final ManagedChannel channel;
  private final AtomicInteger failures = new AtomicInteger();
  private volatile long restsUntil;

  Endpoint(String name, ManagedChannel channel, long now) {
    this.name = name;
    this.channel = channel;
    this.restsUntil = now;
  }

  String name() {
    return name;
  }

  /** The connection, made to try again at once if it was waiting after a failure. */
  ManagedChannel channel() {
    if (failures.get() > 0) {
      channel.resetConnectBackoff();
    }
    return channel;
  }

  /** How long it should still be left alone; not positive when it may be used. */
  long restNanos(long now) {
    return restsUntil - now;
  }

  void succeeded() {
    if (failures.get() != 0) {
      failures.set(0);
    }
  }

  /** Others are asked before it for a while that grows with its failures. */
  void failed(long now) {
    int doublings = Math.min(failures.getAndIncrement(), MOST_DOUBLINGS);
    long rest = FIRST_REST_NANOS << doublings;
    restsUntil = now + rest / 2 + ThreadLocalRandom.current().nextLong(rest);
  }

  void close() {
    channel.shutdownNow();
  }

  @Override
  public String toString() {
    return name;
  }
}
