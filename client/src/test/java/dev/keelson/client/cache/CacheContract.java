package dev.keelson.client.cache;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.keelson.client.Bytes;
import dev.keelson.client.Codec;
import dev.keelson.client.Contract;
import dev.keelson.client.CuttingProxy;
import dev.keelson.client.Delete;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Local views that follow the store. */
abstract class CacheContract extends Contract {

  /** Writes down what it hears. */
  private static final class Notes implements CacheListener<String> {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void added(KeyValue key, String value) {
      lines.add("+" + key.key() + "=" + value);
    }

    @Override
    public void changed(KeyValue key, String before, String value) {
      lines.add("~" + key.key() + "=" + before + ">" + value);
    }

    @Override
    public void removed(KeyValue last, String before, long revision) {
      lines.add("-" + last.key() + "=" + before);
    }

    @Override
    public void unreadable(KeyValue key, RuntimeException failure) {
      lines.add("?" + key.key());
    }
  }

  private CacheBuilder<String> cache(KeelsonClient of) {
    return Cache.of(of, KeyRange.prefix("c/"), Codec.UTF8);
  }

  @Test
  void whatIsThereAndWhatHappensIsShownAndTold() throws InterruptedException {
    client.kv().put("c/a", "1");
    client.kv().put("c/b", "2");
    client.kv().put("d", "outside");
    var notes = new Notes();
    try (Cache<String> cache = cache(client).listener(notes).start()) {
      assertThat(cache.get("c/a")).contains("1");
      assertThat(cache.size()).isEqualTo(2);

      client.kv().put("c/a", "3");
      client.kv().delete("c/b");
      long last = client.kv().put("c/c", "4");

      assertThat(cache.awaitRevision(last, ofSeconds(60))).isTrue();
      assertThat(cache.snapshot()).isEqualTo(Map.of(Bytes.of("c/a"), "3", Bytes.of("c/c"), "4"));
      await()
          .atMost(ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(notes.lines)
                      .containsExactly("+c/a=1", "+c/b=2", "~c/a=1>3", "-c/b=2", "+c/c=4"));
    }
  }

  @Test
  void anIndexFollowsTheValues() throws InterruptedException {
    try (Cache<String> cache =
        cache(client).index("word", value -> List.of(value.split(" ", -1))).start()) {
      client.kv().put("c/1", "red round");
      client.kv().put("c/2", "red square");
      client.kv().put("c/1", "blue round");
      long last = client.kv().put("c/3", "blue");
      assertThat(cache.awaitRevision(last, ofSeconds(60))).isTrue();

      assertThat(cache.lookup("word", "red")).containsExactly("red square");
      assertThat(cache.lookup("word", "blue")).containsExactly("blue round", "blue");
      assertThat(cache.lookup("word", "green")).isEmpty();
      assertThatThrownBy(() -> cache.lookup("colour", "red"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void oneTransactionIsShownAsOne() throws InterruptedException {
    try (Cache<String> cache = cache(client).start()) {
      long revision = 0;
      for (int i = 0; i < 50; i++) {
        String value = Integer.toString(i);
        revision = client.kv().run(Txn.of(Put.of("c/a", value), Put.of("c/b", value))).revision();
        Map<Bytes, String> seen = cache.snapshot();
        assertThat(seen.get(Bytes.of("c/a"))).isEqualTo(seen.get(Bytes.of("c/b")));
      }
      assertThat(cache.awaitRevision(revision, ofSeconds(60))).isTrue();
      assertThat(cache.get("c/b")).contains("49");
    }
  }

  @Test
  void aValueThatCannotBeReadIsToldAndLeftOut() throws InterruptedException {
    var unreadable = new CopyOnWriteArrayList<Bytes>();
    var listener =
        new CacheListener<Long>() {
          @Override
          public void unreadable(KeyValue key, RuntimeException failure) {
            unreadable.add(key.key());
          }
        };
    try (Cache<Long> cache =
        Cache.of(client, KeyRange.prefix("c/"), Codec.LONG).listener(listener).start()) {
      client.kv().put("c/a", "1");
      client.kv().put("c/a", "one");
      long last = client.kv().put("c/b", "2");
      assertThat(cache.awaitRevision(last, ofSeconds(60))).isTrue();

      assertThat(cache.snapshot()).containsOnly(Map.entry(Bytes.of("c/b"), 2L));
      await()
          .atMost(ofSeconds(60))
          .untilAsserted(() -> assertThat(unreadable).containsExactly(Bytes.of("c/a")));
    }
  }

  @Test
  void afterCompactionTheDifferenceIsTold() throws InterruptedException {
    try (var way = new CuttingProxy(store().endpoints().getFirst());
        var through = KeelsonClient.builder().endpoints(way.endpoint()).build()) {
      root().kv().put("c/gone", "1");
      root().kv().put("c/changed", "1");
      root().kv().put("c/same", "1");
      var notes = new Notes();
      try (Cache<String> cache = cache(through).listener(notes).start()) {
        notes.lines.clear();
        way.refuse(true);
        root().kv().delete("c/gone");
        root().kv().put("c/changed", "2");
        long last = root().kv().put("c/new", "1");
        root().kv().compact(last);

        way.refuse(false);

        assertThat(cache.awaitRevision(last, ofSeconds(60))).isTrue();
        await()
            .atMost(ofSeconds(60))
            .untilAsserted(
                () ->
                    assertThat(notes.lines)
                        .containsExactly("-c/gone=1", "~c/changed=1>2", "+c/new=1"));
        long next = root().kv().put("c/new", "2");
        assertThat(cache.awaitRevision(next, ofSeconds(60))).isTrue();
        assertThat(cache.get("c/new")).contains("2");
        assertThat(cache.isFollowing()).isTrue();
      }
    }
    root().kv().run(Delete.prefix("c/"));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void randomChangesOverBreakingConnectionsEndInTheSameState(long seed)
      throws InterruptedException {
    var random = new Random(seed);
    var told = new ConcurrentHashMap<String, String>();
    var mirror =
        new CacheListener<String>() {
          @Override
          public void added(KeyValue key, String value) {
            assertThat(told.put(key.key().utf8(), value)).isNull();
          }

          @Override
          public void changed(KeyValue key, String before, String value) {
            assertThat(told.put(key.key().utf8(), value)).isEqualTo(before);
          }

          @Override
          public void removed(KeyValue last, String before, long revision) {
            assertThat(told.remove(last.key().utf8())).isEqualTo(before);
          }
        };
    try (var way = new CuttingProxy(store().endpoints().getFirst());
        var through = KeelsonClient.builder().endpoints(way.endpoint()).build();
        Cache<String> cache = cache(through).listener(mirror).start()) {
      var expected = new HashMap<String, String>();
      for (int i = 0; i < 300; i++) {
        String key = "c/" + random.nextInt(20);
        if (random.nextInt(3) == 0) {
          root().kv().delete(key);
          expected.remove(key);
        } else {
          root().kv().put(key, Integer.toString(i));
          expected.put(key, Integer.toString(i));
        }
        if (random.nextInt(20) == 0) {
          way.cut();
        }
        if (random.nextInt(40) == 0) {
          root().kv().compact(root().kv().put("outside", "1"));
        }
      }
      long last = root().kv().put("c/end", "1");
      expected.put("c/end", "1");

      assertThat(cache.awaitRevision(last, ofSeconds(60))).isTrue();
      assertThat(texts(cache.snapshot())).isEqualTo(expected);
      await().atMost(ofSeconds(60)).untilAsserted(() -> assertThat(told).isEqualTo(expected));
    }
    root().kv().run(Delete.prefix("c/"));
  }

  private static Map<String, String> texts(Map<Bytes, String> snapshot) {
    return snapshot.entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().utf8(), Map.Entry::getValue));
  }
}
