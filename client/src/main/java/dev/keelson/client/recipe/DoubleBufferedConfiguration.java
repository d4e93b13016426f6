package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.CompactedException;
import dev.keelson.client.Condition;
import dev.keelson.client.Delete;
import dev.keelson.client.Get;
import dev.keelson.client.GetResult;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import dev.keelson.client.Op;
import dev.keelson.client.OwnershipLostException;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import dev.keelson.client.WatchSpec;
import dev.keelson.client.Watcher;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A configuration of many keys that changes as a whole, however large it is: the next one is
 * written into the buffer that nobody reads, then one key says that it is the one.
 *
 * <p>When it fails: readers see the former configuration or the next, never a mix, whenever a
 * publisher dies. A publisher that is overtaken by another fails with {@link
 * OwnershipLostException} and has published nothing; one that fails with {@link
 * dev.keelson.client.IndefiniteException} may have published, and {@link #current} tells.
 * Thread-safe.
 */
public final class DoubleBufferedConfiguration {
  private static final Logger LOG = System.getLogger(DoubleBufferedConfiguration.class.getName());
  private static final int KEYS_AT_ONCE = 100;

  private final KeelsonClient client;
  private final Bytes active;
  private final Bytes draft;
  private final Bytes buffers;

  public DoubleBufferedConfiguration(KeelsonClient client, String name) {
    this.client = client;
    this.active = Bytes.of(name + "/active");
    this.draft = Bytes.of(name + "/draft");
    this.buffers = Bytes.of(name + "/buffer/");
  }

  /**
   * A configuration as it was published.
   *
   * @param revision of its publication; a later one has a greater one
   */
  public record Published(long revision, Map<String, Bytes> entries) {
    public Published {
      entries = Map.copyOf(entries);
    }
  }

  /** What was published last. */
  public Optional<Published> current() {
    while (true) {
      GetResult pointer = client.kv().run(Get.key(active));
      if (pointer.first().isEmpty()) {
        return Optional.empty();
      }
      KeyValue slot = pointer.first().get();
      try {
        return Optional.of(read(slot, pointer.revision()));
      } catch (CompactedException e) {
        LOG.log(Level.DEBUG, "read again: reading took longer than history is kept");
      }
    }
  }

  /** Makes these the entries, all of them and no others. */
  public void publish(Map<String, Bytes> entries) {
    Optional<KeyValue> before = client.kv().get(active);
    String slot = before.map(KeyValue::text).filter("0"::equals).isPresent() ? "1" : "0";
    Bytes buffer = buffers.plus(slot + "/");
    Bytes mine = Bytes.of(UUID.randomUUID().toString());
    Condition notPublished =
        Condition.on(active).modRevisionIs(before.map(KeyValue::modRevision).orElse(0L));
    Condition stillMine = Condition.on(draft).valueIs(mine);

    step(Txn.when(notPublished).then(Put.of(draft, mine)));
    step(Txn.when(notPublished, stillMine).then(Delete.range(KeyRange.prefix(buffer))));
    List<Op<?>> batch = new ArrayList<>();
    for (var entry : entries.entrySet()) {
      batch.add(Put.of(buffer.plus(entry.getKey()), entry.getValue()));
      if (batch.size() == KEYS_AT_ONCE) {
        step(Txn.when(notPublished, stillMine).then(batch.toArray(Op[]::new)));
        batch.clear();
      }
    }
    batch.add(Put.of(active, Bytes.of(slot)));
    batch.add(Delete.key(draft));
    step(Txn.when(notPublished, stillMine).then(batch.toArray(Op[]::new)));
  }

  /**
   * Tells what is published: what is, before this returns; then each publication, one call at a
   * time, on the client's executor. Publications that follow each other quickly may be told as one.
   */
  public Watcher follow(Consumer<Published> follower) {
    long from = client.kv().run(Get.key(active)).revision();
    var told = new AtomicLong();
    Runnable tell =
        () ->
            current()
                .filter(published -> published.revision() > told.get())
                .ifPresent(
                    published -> {
                      told.set(published.revision());
                      follower.accept(published);
                    });
    tell.run();
    return client
        .watches()
        .listen(
            WatchSpec.of(KeyRange.single(active)).fromRevision(from + 1).withoutDeletes(),
            changes -> tell.run());
  }

  private void step(Txn transaction) {
    if (!client.kv().run(transaction).succeeded()) {
      throw new OwnershipLostException("another publisher came between");
    }
  }

  private Published read(KeyValue slot, long revision) {
    Bytes buffer = buffers.plus(slot.text() + "/");
    var entries = new TreeMap<String, Bytes>();
    try (var all = client.kv().stream(Get.range(KeyRange.prefix(buffer)).atRevision(revision))) {
      all.forEach(kv -> entries.put(kv.key().from(buffer.size()).utf8(), kv.value()));
    }
    return new Published(slot.modRevision(), entries);
  }
}
