package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.Codec;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyRange;
import dev.keelson.client.LeasedKey;
import dev.keelson.client.cache.Cache;
import dev.keelson.client.cache.CacheBuilder;
import java.time.Duration;

/**
 * Who offers which service, and where. An instance is listed while its process lives.
 *
 * <p>When it fails: an instance that dies is listed until its lease ends; one that was cut off for
 * longer is listed again when it is back, without its doing; who discovers goes on with what it
 * knew while the store cannot be reached. Thread-safe.
 *
 * @param <T> what is told of an instance, such as its address
 */
public final class ServiceRegistry<T> {
  private final KeelsonClient client;
  private final Bytes prefix;
  private final Codec<T> codec;

  public ServiceRegistry(KeelsonClient client, String name, Codec<T> codec) {
    this.client = client;
    this.prefix = Bytes.of(name + "/");
    this.codec = codec;
  }

  /**
   * Lists an instance until the result is closed or the process ends.
   *
   * @param instance unique within the service: who registers last wins
   * @param ttl how long a dead instance stays listed
   */
  public LeasedKey register(String service, String instance, T about, Duration ttl) {
    Bytes key = prefix.plus(service + "/" + instance);
    return client.leases().keepKey(key, codec.encode(about), ttl);
  }

  /** The service's instances as they come and go: to be given listeners, and started. */
  public CacheBuilder<T> discover(String service) {
    return Cache.of(client, KeyRange.prefix(prefix.plus(service + "/")), codec);
  }
}
