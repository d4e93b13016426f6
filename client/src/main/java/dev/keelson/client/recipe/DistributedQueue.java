package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.Changes;
import dev.keelson.client.Codec;
import dev.keelson.client.Get;
import dev.keelson.client.GetResult;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import dev.keelson.client.WatchListener;
import dev.keelson.client.WatchSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * First in, first out, by the order in which the store took the elements. Each element is given to
 * one taker.
 *
 * <p>When it fails: an {@code add} that ends with {@link dev.keelson.client.IndefiniteException}
 * may have added; a {@code poll} or {@code take} that does may have taken the first element for
 * nobody. Who must lose nothing keeps the element elsewhere until its work is done. Each take looks
 * through the whole queue: it is meant for thousands of elements, not millions. Thread-safe.
 *
 * @param <T> the type of elements
 */
public final class DistributedQueue<T> {
  private final KeelsonClient client;
  private final Bytes prefix;
  private final Codec<T> codec;

  public DistributedQueue(KeelsonClient client, String name, Codec<T> codec) {
    this.client = client;
    this.prefix = Bytes.of(name + "/");
    this.codec = codec;
  }

  public void add(T element) {
    Bytes key = prefix.plus(UUID.randomUUID().toString());
    if (!client.kv().putIfAbsent(key, codec.encode(element))) {
      throw new IllegalStateException("two elements drew the key " + key);
    }
  }

  /** The first element, if there is one; it is then no longer in the queue. */
  public Optional<T> poll() {
    while (true) {
      Optional<KeyValue> first = look().first();
      if (first.isEmpty()) {
        return Optional.empty();
      }
      if (client.kv().deleteIfUnchanged(first.get())) {
        return first.map(kv -> codec.decode(kv.value()));
      }
    }
  }

  /** Waits for an element; empty when the time is over. */
  public Optional<T> take(Duration limit) throws InterruptedException {
    Deadline deadline = Deadline.in(limit);
    while (true) {
      GetResult seen = look();
      Optional<KeyValue> first = seen.first();
      if (first.isEmpty()) {
        if (deadline.isOver()) {
          return Optional.empty();
        }
        awaitAddition(seen.revision() + 1, deadline);
      } else if (client.kv().deleteIfUnchanged(first.get())) {
        return first.map(kv -> codec.decode(kv.value()));
      }
    }
  }

  /** How many elements there are. */
  public long size() {
    return client.kv().run(Get.range(KeyRange.prefix(prefix)).countOnly()).count();
  }

  private GetResult look() {
    return client
        .kv()
        .run(Get.range(KeyRange.prefix(prefix)).ascendingBy(Get.Order.CREATE_REVISION).limit(1));
  }

  private void awaitAddition(long fromRevision, Deadline deadline) throws InterruptedException {
    var added = new CompletableFuture<Void>();
    var listener =
        new WatchListener() {
          @Override
          public void changed(Changes changes) {
            added.complete(null);
          }

          @Override
          public void failed(RuntimeException failure) {
            added.complete(null); // the next read says why
          }
        };
    var spec = WatchSpec.of(KeyRange.prefix(prefix)).fromRevision(fromRevision).withoutDeletes();
    var watcher = client.watches().listen(spec, listener);
    try {
      Object unused = added.get(Math.max(0, deadline.leftNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // it never fails
    } finally {
      watcher.close();
    }
  }
}
