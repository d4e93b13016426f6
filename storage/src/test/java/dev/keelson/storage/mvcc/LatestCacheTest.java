package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatestCacheTest {
  private static final int VALUE_BYTES = 100;

  private final LatestCache cache = new LatestCache(100_000);

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static LatestCache.Entry entry(String key, long main) {
    return entry(key, main, VALUE_BYTES);
  }

  private static LatestCache.Entry entry(String key, long main, int valueBytes) {
    var head = new Head(main, 0, main, 1, 0, 0, 0);
    return new LatestCache.Entry(head, head.with(bytes(key), Bytes.wrap(new byte[valueBytes])));
  }

  private void update(LatestCache.Entry... entries) {
    cache.beginUpdate();
    for (var entry : entries) {
      cache.put(entry.kv().key(), entry.head(), entry.kv().value());
    }
  }

  @Test
  void aReaderIsNotShownAVersionThatItsViewDoesNotHave() {
    update(entry("a", 5));

    assertThat(cache.find(bytes("a"), 5)).contains(entry("a", 5));
    assertThat(cache.find(bytes("a"), 4)).isEmpty();
  }

  @Test
  void whatAReaderReadBeforeAnUpdateIsNotAddedAfterIt() {
    long seen = cache.updates();
    cache.beginUpdate();

    cache.offer(entry("a", 2), seen);

    assertThat(cache.find(bytes("a"))).isEmpty();
    cache.offer(entry("a", 2), cache.updates());
    assertThat(cache.find(bytes("a"))).contains(entry("a", 2));
  }

  @Test
  void aReaderNeverReplacesWhatTheApplyThreadPut() {
    update(entry("a", 7));

    cache.offer(entry("a", 3), cache.updates());

    assertThat(cache.find(bytes("a"))).contains(entry("a", 7));
  }

  @Test
  void aRemovedKeyIsGone() {
    update(entry("a", 2));
    fill(3, 200);
    assertThat(cache.find(bytes("a"))).isPresent();

    cache.beginUpdate();
    cache.remove(bytes("a"));

    assertThat(cache.find(bytes("a"))).isEmpty();
  }

  @Test
  void whatIsUsedStaysAndTheRestIsForgottenWithinTheBound() {
    update(entry("used", 2), entry("unused", 3));
    int found = 0;
    for (int round = 0; round < 20; round++) {
      fill(10 + round * 100, 100);
      found += cache.find(bytes("used"), Long.MAX_VALUE).isPresent() ? 1 : 0;
    }

    assertThat(found).isEqualTo(20);
    assertThat(cache.find(bytes("unused"))).isEmpty();
    int present = 0;
    for (int i = 10; i < 2_010; i++) {
      present += cache.find(bytes("key-" + i)).isPresent() ? 1 : 0;
    }
    assertThat(present).isBetween(200, 100_000 / VALUE_BYTES);
  }

  private void fill(int from, int count) {
    for (int i = from; i < from + count; i++) {
      update(entry("key-" + i, i));
    }
  }

  @Test
  void aValueThatWouldDriveOutManyOthersIsNotKept() {
    update(entry("big", 2));
    update(entry("big", 3, 10_000));

    assertThat(cache.find(bytes("big"))).isEmpty();
    cache.offer(entry("big", 3, 10_000), cache.updates());
    assertThat(cache.find(bytes("big"))).isEmpty();
  }

  @Test
  void nothingIsKeptWithoutMemory() {
    var none = new LatestCache(0);

    none.put(bytes("a"), entry("a", 2).head(), bytes("value"));

    assertThat(none.find(bytes("a"))).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void whatIsFoundIsTheNewestVersion(long seed) {
    var random = new Random(seed);
    var newest = new HashMap<Bytes, LatestCache.Entry>();
    int found = 0;
    for (int main = 1; main < 50_000; main++) {
      var change = entry("k" + random.nextInt(400), main, random.nextInt(300));
      var key = change.kv().key();
      switch (random.nextInt(8)) {
        case 0 -> {
          cache.beginUpdate();
          cache.remove(key);
          newest.remove(key);
        }
        case 1, 2, 3 -> {
          update(change);
          newest.put(key, change);
        }
        default -> {
          var hit = cache.find(key, Long.MAX_VALUE);
          var head = cache.head(key);
          if (hit.isPresent()) {
            found++;
            assertThat(hit.get()).isEqualTo(newest.get(key));
            assertThat(head).contains(hit.get().head());
          }
        }
      }
    }
    assertThat(found).isGreaterThan(5_000);
  }

  /** Every byte of a value is the low byte of its revision, so that a torn copy would show. */
  @Test
  void readersSeeWholeVersionsWhileTheApplyThreadOverwritesThem() {
    var writing = new AtomicBoolean(true);
    var found = new AtomicInteger();
    var readers =
        Arrays.asList(
            CompletableFuture.runAsync(() -> readWhile(writing, found, 1)),
            CompletableFuture.runAsync(() -> readWhile(writing, found, 2)));
    var random = new Random(3);
    for (int main = 1; main < 300_000 || (found.get() < 1_000 && allRun(readers)); main++) {
      var key = bytes("k" + random.nextInt(600));
      byte[] value = new byte[random.nextInt(200)];
      Arrays.fill(value, (byte) main);
      cache.beginUpdate();
      cache.put(key, new Head(main, 0, main, 1, 0, 0, 0), Bytes.wrap(value));
    }
    writing.set(false);
    readers.forEach(CompletableFuture::join);

    assertThat(found.get()).isGreaterThanOrEqualTo(1_000);
  }

  private static boolean allRun(List<CompletableFuture<Void>> readers) {
    return readers.stream().noneMatch(CompletableFuture::isDone);
  }

  private void readWhile(AtomicBoolean writing, AtomicInteger found, long seed) {
    var random = new Random(seed);
    while (writing.get()) {
      var key = bytes("k" + random.nextInt(600));
      var entry = cache.find(key, Long.MAX_VALUE);
      if (entry.isPresent()) {
        var kv = entry.get().kv();
        assertThat(kv.key()).isEqualTo(key);
        byte[] expected = new byte[kv.value().length()];
        Arrays.fill(expected, (byte) kv.modRevision());
        assertThat(kv.value().toArray()).isEqualTo(expected);
        found.incrementAndGet();
      }
    }
  }
}
