package dev.keelson.client.cache;

import dev.keelson.client.Codec;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A {@link Cache} that is not started. Not thread-safe.
 *
 * @param <V> the type of values
 */
public final class CacheBuilder<V> {
  final KeelsonClient client;
  final KeyRange range;
  final Codec<V> codec;
  final Map<String, Function<V, Collection<String>>> indexes = new LinkedHashMap<>();
  final List<CacheListener<V>> listeners = new ArrayList<>();

  CacheBuilder(KeelsonClient client, KeyRange range, Codec<V> codec) {
    this.client = client;
    this.range = range;
    this.codec = codec;
  }

  /**
   * Finds values by terms.
   *
   * @param terms of a value; must give the same for the same value, and must not fail
   */
  public CacheBuilder<V> index(String name, Function<V, Collection<String>> terms) {
    indexes.put(name, terms);
    return this;
  }

  public CacheBuilder<V> listener(CacheListener<V> listener) {
    listeners.add(listener);
    return this;
  }

  /** Lists the range, tells the listeners of what is there, and begins to follow. */
  public Cache<V> start() {
    var cache = new Cache<V>(this);
    cache.start();
    return cache;
  }
}
