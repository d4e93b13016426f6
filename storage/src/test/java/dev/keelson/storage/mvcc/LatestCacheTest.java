package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

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
      cache.put(entry.head(), entry.kv());
    }
    cache.endUpdate();
  }

  @Test
  void aReaderIsNotShownAVersionThatItsViewDoesNotHave() {
    update(entry("a", 5));

    assertThat(cache.find(bytes("a"), 5, cache.updates())).contains(entry("a", 5));
    assertThat(cache.find(bytes("a"), 4, cache.updates())).isEmpty();
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
  void aRemovedKeyIsGoneFromBothGenerations() {
    update(entry("a", 2));
    fill(3, 200);
    assertThat(cache.find(bytes("a"))).isPresent();

    cache.beginUpdate();
    cache.remove(bytes("a"));
    cache.endUpdate();

    assertThat(cache.find(bytes("a"))).isEmpty();
  }

  @Test
  void whatIsUsedStaysAndTheRestIsForgottenWithinTheBound() {
    update(entry("used", 2), entry("unused", 3));
    int found = 0;
    for (int round = 0; round < 20; round++) {
      fill(10 + round * 100, 100);
      found += cache.find(bytes("used"), Long.MAX_VALUE, cache.updates()).isPresent() ? 1 : 0;
    }

    assertThat(found).isEqualTo(20);
    assertThat(cache.find(bytes("unused"))).isEmpty();
    int present = 0;
    for (int i = 10; i < 2_010; i++) {
      present += cache.find(bytes("key-" + i)).isPresent() ? 1 : 0;
    }
    assertThat(present * VALUE_BYTES * 4).isLessThanOrEqualTo(100_000 + 100 * VALUE_BYTES * 4);
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
}
