package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.Codec;
import dev.keelson.client.Get;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeptLease;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import dev.keelson.client.cache.Cache;
import dev.keelson.client.cache.CacheListener;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One leader at a time, of those who campaign in the order in which they came. The keys are those
 * of the server's Election service: both see each other's leaders.
 *
 * <p>When it fails: a leader that dies is followed by the next when its session's lease ends; a
 * leader that is cut off may believe in itself for a while longer, so that what only the leader may
 * do is done by {@link Leadership#ownership()}'s guard. Observers see leaders in order and the
 * present one always, but may miss one that was followed while they did not look. Thread-safe.
 */
public final class Election {
  private final KeelsonClient client;
  private final Bytes prefix;

  public Election(KeelsonClient client, String name) {
    this.client = client;
    this.prefix = Bytes.of(name + "/");
  }

  /**
   * A leader, as others see it.
   *
   * @param token its fencing token
   * @param value what it last proclaimed
   */
  public record Leader(Bytes key, long token, Bytes value) {
    private static Leader of(KeyValue kv) {
      return new Leader(kv.key(), kv.createRevision(), kv.value());
    }
  }

  /** Waits until the session leads. An interrupt ends the candidacy. */
  public Leadership campaign(KeptLease session, Bytes value) throws InterruptedException {
    return campaign(session, value, Deadline.never()).orElseThrow();
  }

  /** Waits for so long at most; then the candidacy ends. */
  public Optional<Leadership> tryCampaign(KeptLease session, Bytes value, Duration limit)
      throws InterruptedException {
    return campaign(session, value, Deadline.in(limit));
  }

  private Optional<Leadership> campaign(KeptLease session, Bytes value, Deadline deadline)
      throws InterruptedException {
    var candidate = new Contender(client, session, prefix, prefix.plus(Contender.hex(session)));
    return candidate
        .enter(value, Contender::last, deadline)
        .map(ownership -> new Leadership(ownership, session));
  }

  /** Who leads now. */
  public Optional<Leader> leader() {
    Get first = Get.range(KeyRange.prefix(prefix)).ascendingBy(Get.Order.CREATE_REVISION).limit(1);
    return client.kv().run(first).first().map(Leader::of);
  }

  /**
   * Tells who leads, now and at every change and proclamation, one call at a time, on the client's
   * executor; empty when nobody does.
   *
   * @return ends it when closed
   */
  public AutoCloseable observe(Consumer<Optional<Leader>> observer) {
    return Cache.of(client, KeyRange.prefix(prefix), Codec.BYTES)
        .listener(new Line(observer))
        .start();
  }

  /** The candidates in order. Called by one thread at a time. */
  private static final class Line implements CacheListener<Bytes> {
    private final Consumer<Optional<Leader>> observer;
    private final TreeMap<Long, KeyValue> candidates = new TreeMap<>();

    Line(Consumer<Optional<Leader>> observer) {
      this.observer = observer;
    }

    @Override
    public void added(KeyValue key, Bytes value) {
      put(key);
    }

    @Override
    public void changed(KeyValue key, Bytes before, Bytes value) {
      put(key);
    }

    private void put(KeyValue key) {
      // A key that was deleted and put again while nobody looked stands in another place.
      candidates.values().removeIf(other -> other.key().equals(key.key()));
      candidates.put(key.createRevision(), key);
      if (candidates.firstKey() == key.createRevision()) {
        tell();
      }
    }

    @Override
    public void removed(KeyValue last, Bytes before, long revision) {
      boolean led = !candidates.isEmpty() && candidates.firstKey() == last.createRevision();
      candidates.remove(last.createRevision());
      if (led) {
        tell();
      }
    }

    private void tell() {
      observer.accept(
          Optional.ofNullable(candidates.firstEntry()).map(Map.Entry::getValue).map(Leader::of));
    }
  }
}
