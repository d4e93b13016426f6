package dev.keelson.client;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keys and values of a program's own types, on {@link Kv}. Thread-safe.
 *
 * @param <K> the type of keys; their order is that of the encoded bytes
 * @param <V> the type of values; equal values must have equal bytes for {@link #compareAndSet}
 */
public final class TypedKv<K, V> {
  private final Kv kv;
  private final Codec<K> keys;
  private final Codec<V> values;

  TypedKv(Kv kv, Codec<K> keys, Codec<V> values) {
    this.kv = kv;
    this.keys = keys;
    this.values = values;
  }

  public Optional<V> get(K key) {
    return kv.get(keys.encode(key)).map(found -> values.decode(found.value()));
  }

  /** The revision at which the key has the value. */
  public long put(K key, V value) {
    return kv.put(keys.encode(key), values.encode(value));
  }

  public boolean delete(K key) {
    return kv.delete(keys.encode(key));
  }

  public boolean putIfAbsent(K key, V value) {
    return kv.putIfAbsent(keys.encode(key), values.encode(value));
  }

  public boolean compareAndSet(K key, V expected, V value) {
    return kv.compareAndSet(keys.encode(key), values.encode(expected), values.encode(value));
  }

  /** As {@link Kv#stream}: piece by piece, all as of one revision. */
  public Stream<Map.Entry<K, V>> stream(KeyRange range) {
    return kv.stream(Get.range(range))
        .map(found -> Map.entry(keys.decode(found.key()), values.decode(found.value())));
  }
}
