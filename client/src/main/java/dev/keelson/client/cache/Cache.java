package dev.keelson.client.cache;

import dev.keelson.client.Bytes;
import dev.keelson.client.Change;
import dev.keelson.client.Changes;
import dev.keelson.client.Codec;
import dev.keelson.client.CompactedException;
import dev.keelson.client.Get;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import dev.keelson.client.UnavailableException;
import dev.keelson.client.WatchListener;
import dev.keelson.client.WatchSpec;
import dev.keelson.client.Watcher;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a range as they are in the store, a little later: listed once and then followed. It
 * always shows the range as it was at one revision, never a mix, and never goes back. When history
 * is compacted before the cache could follow it, it lists again and tells its listeners of the
 * difference, deletions too. Thread-safe.
 *
 * @param <V> the type of values
 */
public final class Cache<V> implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Cache.class.getName());

  private final KeelsonClient client;
  private final KeyRange range;
  private final Codec<V> codec;
  private final Map<String, CacheIndex<V>> indexes;
  private final List<CacheListener<V>> listeners;

  /** Guards the entries, the indexes and the revision: one revision's changes at a time. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  private final Condition moved = lock.writeLock().newCondition();
  private final NavigableMap<Bytes, Entry<V>> entries = new TreeMap<>();
  private long revision;
  private @Nullable RuntimeException failure;
  private @Nullable Watcher watcher;
  private boolean closed;

  /** A key, and its value as the program knows it. */
  record Entry<V>(KeyValue key, V value) {}

  Cache(CacheBuilder<V> builder) {
    this.client = builder.client;
    this.range = builder.range;
    this.codec = builder.codec;
    this.listeners = List.copyOf(builder.listeners);
    this.indexes = new HashMap<>();
    builder.indexes.forEach((name, terms) -> indexes.put(name, new CacheIndex<>(terms)));
  }

  /** A cache of the range, to be given indexes and listeners, and started. */
  public static <V> CacheBuilder<V> of(KeelsonClient client, KeyRange range, Codec<V> codec) {
    return new CacheBuilder<>(client, range, codec);
  }

  void start() {
    follow(list());
  }

  /** The value of the key. */
  public Optional<V> get(Bytes key) {
    return read(() -> Optional.ofNullable(entries.get(key)).map(Entry::value));
  }

  public Optional<V> get(String key) {
    return get(Bytes.of(key));
  }

  /** Everything, in the order of keys, as it is at one revision; a copy. */
  public NavigableMap<Bytes, V> snapshot() {
    return read(
        () -> {
          var copy = new TreeMap<Bytes, V>();
          entries.forEach((key, entry) -> copy.put(key, entry.value()));
          return copy;
        });
  }

  /**
   * The values that an index has under a term, in the order of their keys.
   *
   * @param index as it was named when the cache was built
   */
  public List<V> lookup(String index, String term) {
    CacheIndex<V> known = indexes.get(index);
    if (known == null) {
      throw new IllegalArgumentException("no index " + index);
    }
    return read(() -> known.lookup(term).stream().map(key -> valueOf(key)).toList());
  }

  public int size() {
    return read(entries::size);
  }

  /** The revision up to which the cache shows all changes of its range. */
  public long revision() {
    return read(() -> revision);
  }

  /** Whether the cache follows the store; if not, what it shows grows old. */
  public boolean isFollowing() {
    return read(() -> failure == null && !closed);
  }

  /**
   * Waits until the cache shows a change that was made to its range at this revision: what was
   * written is then read. A revision that changed nothing in the range may be waited for in vain.
   *
   * @return false when the time is over before
   */
  public boolean awaitRevision(long wanted, Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.writeLock().lock();
    try {
      while (revision < wanted && left > 0 && !closed) {
        left = moved.awaitNanos(left);
      }
      return revision >= wanted;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private V valueOf(Bytes key) {
    Entry<V> entry = entries.get(key);
    if (entry == null) {
      throw new IllegalStateException("the index has " + key + ", the cache has not");
    }
    return entry.value();
  }

  private <R> R read(Supplier<R> reading) {
    lock.readLock().lock();
    try {
      return reading.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Reads the range as it is now and takes over what differs; the revision that was read. */
  private long list() {
    while (true) {
      long at = client.kv().run(Get.key(range.key()).keysOnly()).revision();
      var found = new ArrayList<KeyValue>();
      try (var all = client.kv().stream(Get.range(range).atRevision(at))) {
        all.forEach(found::add);
      } catch (CompactedException e) {
        continue; // it took longer than history is kept
      }
      replaceBy(found, at);
      return at;
    }
  }

  private void follow(long from) {
    Watcher next =
        client
            .watches()
            .listen(
                WatchSpec.of(range).fromRevision(from + 1),
                new WatchListener() {
                  @Override
                  public void changed(Changes changes) {
                    apply(changes);
                  }

                  @Override
                  public void failed(RuntimeException cause) {
                    lost(cause);
                  }
                });
    lock.writeLock().lock();
    try {
      watcher = next;
      if (closed) {
        next.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void lost(RuntimeException cause) {
    if (!(cause instanceof CompactedException)) {
      fail(cause);
      return;
    }
    LOG.log(Level.INFO, "history of {0} is compacted: it is listed again", range.key());
    while (isFollowing()) {
      try {
        follow(list());
        return;
      } catch (UnavailableException e) {
        LOG.log(Level.WARNING, "{0} cannot be listed yet: {1}", range.key(), e.getMessage());
      } catch (KeelsonException e) {
        fail(e);
      }
    }
  }

  private void fail(RuntimeException cause) {
    lock.writeLock().lock();
    try {
      failure = cause;
      if (closed) {
        return;
      }
    } finally {
      lock.writeLock().unlock();
    }
    tell(List.of(listener -> listener.failed(cause)));
  }

  private void apply(Changes changes) {
    var news = new ArrayList<News<V>>();
    lock.writeLock().lock();
    try {
      for (Change change : changes.changes()) {
        Optional<KeyValue> current = change.current();
        if (current.isPresent()) {
          put(current.get(), news);
        } else {
          remove(change.key(), change.revision(), news);
        }
      }
      revision = changes.revision();
      moved.signalAll();
    } finally {
      lock.writeLock().unlock();
    }
    tell(news);
  }

  private void replaceBy(List<KeyValue> found, long at) {
    var news = new ArrayList<News<V>>();
    lock.writeLock().lock();
    try {
      Set<Bytes> gone = new HashSet<>(entries.keySet());
      found.forEach(kv -> gone.remove(kv.key()));
      gone.stream().sorted().forEach(key -> remove(key, at, news));
      for (KeyValue kv : found) {
        Entry<V> known = entries.get(kv.key());
        if (known == null || known.key().modRevision() != kv.modRevision()) {
          put(kv, news);
        }
      }
      revision = at;
      moved.signalAll();
    } finally {
      lock.writeLock().unlock();
    }
    tell(news);
  }

  private void put(KeyValue kv, List<News<V>> news) {
    V value;
    try {
      value = codec.decode(kv.value());
    } catch (RuntimeException e) {
      remove(kv.key(), kv.modRevision(), news);
      news.add(listener -> listener.unreadable(kv, e));
      return;
    }
    Entry<V> before = entries.put(kv.key(), new Entry<>(kv, value));
    if (before == null) {
      indexes.values().forEach(index -> index.add(kv.key(), value));
      news.add(listener -> listener.added(kv, value));
    } else {
      indexes.values().forEach(index -> index.remove(kv.key(), before.value()));
      indexes.values().forEach(index -> index.add(kv.key(), value));
      news.add(listener -> listener.changed(kv, before.value(), value));
    }
  }

  private void remove(Bytes key, long at, List<News<V>> news) {
    Entry<V> before = entries.remove(key);
    if (before != null) {
      indexes.values().forEach(index -> index.remove(key, before.value()));
      news.add(listener -> listener.removed(before.key(), before.value(), at));
    }
  }

  /** A listener that fails is not asked to mend it: the others and the cache go on. */
  private void tell(List<News<V>> news) {
    for (News<V> one : news) {
      for (CacheListener<V> listener : listeners) {
        try {
          one.tell(listener);
        } catch (RuntimeException e) {
          LOG.log(Level.WARNING, "a cache listener failed", e);
        }
      }
    }
  }

  /** Follows no longer; what it shows stays as it is. */
  @Override
  public void close() {
    Watcher open;
    lock.writeLock().lock();
    try {
      closed = true;
      open = watcher;
      moved.signalAll();
    } finally {
      lock.writeLock().unlock();
    }
    if (open != null) {
      open.close();
    }
  }

  /** Something to tell listeners. */
  private interface News<V> {
    void tell(CacheListener<V> listener);
  }
}
