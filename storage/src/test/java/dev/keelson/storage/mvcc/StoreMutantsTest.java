package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.InvariantViolation;
import dev.keelson.storage.mvcc.engine.EngineBatch;
import dev.keelson.storage.mvcc.engine.Family;
import dev.keelson.storage.mvcc.engine.FilteredEngine;
import dev.keelson.storage.mvcc.engine.KvEngine;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A planted mistake of the store: its crashes must show it (reliability.md 2.7). */
@Tag("mutants")
class StoreMutantsTest {
  private static final int SEEDS = 400;

  /** 41; C6, M8. */
  @Test
  void aCompactionThatTakesTheNewestTombstoneAndWithItTheRevisionIsKilled() {
    assertThat(LongStream.range(0, SEEDS).anyMatch(seed -> kills(CountsWhatIsLeft::new, seed)))
        .isTrue();
  }

  private static boolean kills(UnaryOperator<KvEngine> mistake, long seed) {
    try {
      new StoreCrashes(mistake).run(seed);
      return false;
    } catch (AssertionError | InvariantViolation _) {
      return true;
    }
  }

  /** After a restart its revision is that of the newest change, which a compaction may take. */
  private static final class CountsWhatIsLeft extends FilteredEngine {
    private static final byte[] START = {};

    CountsWhatIsLeft(KvEngine sound) {
      super(sound);
      sound
          .get(Family.META, MetaKeys.STATE.toArray())
          .map(StoreState::decode)
          .ifPresent(this::count);
    }

    private void count(StoreState state) {
      long newest = 1;
      try (var changes = sound.iterate(Family.CHANGES, START, START)) {
        while (changes.next()) {
          newest = Math.max(newest, KeyCodec.changeMain(changes.key()));
        }
      }
      var counted =
          new StoreState(
              state.applied(),
              newest,
              state.compactRevision(),
              state.writtenBytes(),
              state.totals(),
              state.window());
      var batch = new EngineBatch();
      batch.put(Family.META, MetaKeys.STATE.toArray(), counted.encode());
      sound.write(batch);
    }

    @Override
    public void write(EngineBatch batch) {
      var altered = copyOf(batch);
      batch.forEach(
          new EngineBatch.Visitor() {
            @Override
            public void put(Family family, byte[] key, byte[] value) {
              if (family == Family.META && Arrays.equals(key, MetaKeys.COMPACTION.toArray())) {
                var progress = CompactionProgress.decode(value);
                if (progress.isIdle()) {
                  dropTombstones(progress.finished(), altered);
                }
              }
            }

            @Override
            public void delete(Family family, byte[] key) {}
          });
      sound.write(altered);
    }

    private void dropTombstones(long main, EngineBatch into) {
      byte[] from = KeyCodec.changeKey(main, 0);
      try (var changes = sound.iterate(Family.CHANGES, from, KeyCodec.changeKey(main + 1, 0))) {
        while (changes.next()) {
          if (ChangeCodec.isDelete(changes.value())) {
            byte[] change = changes.key();
            var key = ChangeCodec.keyValue(changes.value()).key();
            into.delete(Family.CHANGES, change);
            into.delete(Family.HISTORY, KeyCodec.historyKey(key, main, KeyCodec.changeSub(change)));
          }
        }
      }
    }
  }
}
