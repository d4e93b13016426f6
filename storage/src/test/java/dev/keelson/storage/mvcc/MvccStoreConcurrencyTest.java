package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers, the applier and the compactor at once. */
class MvccStoreConcurrencyTest {
  private static final int KEYS = 10;
  private static final int COMMANDS = 4_000;
  private static final KeyRange ALL = new KeyRange.From(Bytes.EMPTY);

  @TempDir Path directory;

  private static Bytes key(int number) {
    return Bytes.wrap(("key-" + number).getBytes(StandardCharsets.UTF_8));
  }

  /** Every command writes one number under every key, or deletes them all. */
  private static void apply(MvccStore store, int number) {
    var txn = store.begin();
    if (number % 7 == 0) {
      txn.deleteRange(ALL);
    } else {
      var value = Bytes.wrap(Integer.toString(number).getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < KEYS; i++) {
        txn.put(key(i), value, number);
      }
    }
    txn.commit();
  }

  @ParameterizedTest
  @EnumSource(TestEngines.class)
  @Tag("R18")
  void everyViewIsTheStoreAtOneMoment(TestEngines engine) throws Exception {
    var store = MvccStore.open(engine.open(directory), new MvccConfig(50, 0, 1 << 20, 1 << 20));
    var writing = new AtomicBoolean(true);
    try (var threads = Executors.newFixedThreadPool(4)) {
      var readers = new ArrayList<Future<Long>>();
      for (int i = 0; i < 2; i++) {
        var random = new java.util.SplittableRandom(i);
        readers.add(threads.submit(() -> readWhile(writing, store, random)));
      }
      Future<?> compaction = threads.submit(compactor(writing, store));
      for (int i = 1; i <= COMMANDS; i++) {
        apply(store, i);
        if (i % 50 == 0) {
          store.scheduleCompaction(store.revision() - 20);
        }
        if (i % 3 == 0) {
          store.commitBatch(new LogPosition(1, i));
        }
      }
      store.commitBatch(new LogPosition(1, COMMANDS));
      writing.set(false);
      for (var reader : readers) {
        assertThat(reader.get()).isPositive();
      }
      compaction.get();
    }
    store.close();
  }

  private static Callable<Boolean> compactor(AtomicBoolean writing, MvccStore store) {
    return () -> {
      while (writing.get()) {
        if (!store.compactor().step()) {
          Thread.onSpinWait();
        }
      }
      return true;
    };
  }

  private static long readWhile(AtomicBoolean writing, MvccStore store, RandomGenerator random) {
    long reads = 0;
    long seen = 0;
    do {
      try (var view = store.openView()) {
        assertThat(view.revision()).isGreaterThanOrEqualTo(seen);
        seen = view.revision();
        long floor = Math.max(view.compactRevision(), 1);
        long at = random.nextBoolean() ? 0 : floor + random.nextLong(seen - floor + 1);
        check(view, at);
        reads++;
      }
    } while (writing.get());
    return reads;
  }

  private static void check(ReadView view, long revision) {
    var all = (RangeOutcome.Found) view.range(RangeQuery.all(ALL).withRevision(revision));
    assertThat(all.kvs().size()).isIn(0, KEYS);
    assertThat(all.count()).isEqualTo(all.kvs().size());
    if (!all.kvs().isEmpty()) {
      var first = all.kvs().getFirst();
      assertThat(first.modRevision())
          .isLessThanOrEqualTo(revision == 0 ? view.revision() : revision);
      assertThat(all.kvs())
          .allMatch(kv -> kv.modRevision() == first.modRevision())
          .allMatch(kv -> kv.value().equals(first.value()));
    }
    for (int i = 0; i < KEYS; i += 3) {
      var one = RangeQuery.all(new KeyRange.Single(key(i))).withRevision(revision);
      var found = ((RangeOutcome.Found) view.range(one)).kvs();
      assertThat(found)
          .isEqualTo(all.kvs().isEmpty() ? found.subList(0, 0) : all.kvs().subList(i, i + 1));
    }
  }
}
