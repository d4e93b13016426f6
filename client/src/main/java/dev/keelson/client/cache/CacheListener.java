package dev.keelson.client.cache;

import dev.keelson.client.KeyValue;

/**
 * Hears how a {@link Cache} changes, after the cache shows it: one call at a time, in the order of
 * revisions, first everything that was there when it began. May block, which delays the cache.
 *
 * @param <V> the type of values
 */
public interface CacheListener<V> {
  /** There is a key that was not there. */
  default void added(KeyValue key, V value) {}

  /** A key has another value. */
  default void changed(KeyValue key, V before, V value) {}

  /**
   * A key is gone.
   *
   * @param last what the cache had last seen of it
   * @param revision at which it was gone: exactly, or at the latest when history was compacted
   *     before the cache could follow it
   */
  default void removed(KeyValue last, V before, long revision) {}

  /** A value cannot be decoded: the cache goes on as if the key were not there. */
  default void unreadable(KeyValue key, RuntimeException failure) {}

  /** The cache follows no longer, as when access was refused; what it shows grows old. */
  default void failed(RuntimeException failure) {}
}
