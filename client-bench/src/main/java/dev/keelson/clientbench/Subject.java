package dev.keelson.clientbench;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A client that is measured. Thread-safe. */
interface Subject extends AutoCloseable {
  /** Returns when the put is answered. */
  void put(byte[] key, byte[] value);

  CompletableFuture<?> putLater(byte[] key, byte[] value);

  /** A linearizable read. */
  Optional<byte[]> get(byte[] key);

  /** Tells of each change of the key that follows, from about now, until the client is closed. */
  void watch(byte[] key, Runnable changed);

  @Override
  void close();

  /**
   * Connects.
   *
   * @param name one of {@link ClientBenchmarks#KEELSON} and {@link ClientBenchmarks#JETCD}
   * @throws IllegalArgumentException if no client has the name
   */
  static Subject open(String name, List<String> endpoints) {
    return switch (name) {
      case ClientBenchmarks.KEELSON -> KeelsonSubject.open(endpoints);
      case ClientBenchmarks.JETCD -> JetcdSubject.open(endpoints);
      default -> throw new IllegalArgumentException("no client is called " + name);
    };
  }
}
