package dev.keelson.examples.registry;

import dev.keelson.client.Codec;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.LeasedKey;
import dev.keelson.client.recipe.ServiceRegistry;
import java.time.Duration;

/** One process of a service, listed in the registry while it lives. */
public final class Instance implements AutoCloseable {
  private final KeelsonClient client;
  private final LeasedKey listing;

  /**
   * Lists the instance.
   *
   * @param client its own; closed with it
   * @param ttl how long it stays listed after it has died
   */
  public Instance(KeelsonClient client, String service, String name, String address, Duration ttl) {
    this.client = client;
    this.listing =
        new ServiceRegistry<>(client, "services", Codec.UTF8).register(service, name, address, ttl);
  }

  /** Ends as a process does that crashes: it says nothing to anyone. */
  public void crash() {
    client.close();
  }

  /** Leaves in order: is not listed any more when this returns. */
  @Override
  public void close() {
    listing.close();
    client.close();
  }
}
