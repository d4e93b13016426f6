package dev.keelson.examples.registry;

import dev.keelson.client.Codec;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.cache.Cache;
import dev.keelson.client.recipe.ServiceRegistry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls a service's instances in turn, of those that are listed at the moment. Thread-safe. */
public final class Caller implements AutoCloseable {
  private final Cache<String> instances;
  private final AtomicInteger turn = new AtomicInteger();

  /** Begins to follow the service's instances; needs no network for a choice from then on. */
  public Caller(KeelsonClient client, String service) {
    this.instances =
        new ServiceRegistry<>(client, "services", Codec.UTF8).discover(service).start();
  }

  /** The address whose turn it is; empty while there is no instance. */
  public Optional<String> next() {
    var addresses = addresses();
    return addresses.isEmpty()
        ? Optional.empty()
        : Optional.of(addresses.get(Math.floorMod(turn.getAndIncrement(), addresses.size())));
  }

  /** All that are listed, in the order of their names. */
  public List<String> addresses() {
    return List.copyOf(instances.snapshot().values());
  }

  @Override
  public void close() {
    instances.close();
  }
}
