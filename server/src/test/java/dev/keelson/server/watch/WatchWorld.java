package dev.keelson.server.watch;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.mvcc.AppliedChange;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.ChangeLog;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.WriteTxn;
import dev.keelson.storage.mvcc.engine.MemoryEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A store in memory and a hub over it, moved step by step by one test thread. */
final class WatchWorld implements WatchHistory {
  static final long PROGRESS_NANOS = 1_000_000_000;

  final MvccStore store =
      MvccStore.open(
          MemoryEngine.open(new SimulatedDisk(1), Path.of("/state")), MvccConfig.defaults());
  final AtomicLong nowNanos = new AtomicLong();
  final WatchHub hub;
  private final Queue<Runnable> scans = new ArrayDeque<>();

  /** Everything that ever happened, for models. */
  final List<AppliedChange> all = new ArrayList<>();

  private final List<List<AppliedChange>> unannounced = new ArrayList<>();
  private long index;

  WatchWorld(WatchLimits limits, long seed) {
    hub = new WatchHub(this, limits, scans::add, () -> {}, nowNanos::get, seed, PROGRESS_NANOS);
  }

  static WatchLimits roomy() {
    return WatchLimits.of(256 << 20);
  }

  /** One revision. */
  long write(Consumer<WriteTxn> changes) {
    commit(changes);
    announce();
    return store.revision();
  }

  long put(String key, String value) {
    return write(txn -> txn.put(bytes(key), bytes(value), 0));
  }

  long delete(String key) {
    return write(txn -> txn.deleteRange(new KeyRange.Single(bytes(key))));
  }

  /** Readers see it, the hub does not know it yet. */
  void commit(Consumer<WriteTxn> changes) {
    var txn = store.begin();
    changes.accept(txn);
    txn.commit();
    var applied = store.commitBatch(new LogPosition(1, ++index));
    all.addAll(applied);
    unannounced.add(applied);
  }

  void announce() {
    unannounced.forEach(hub::committed);
    unannounced.clear();
  }

  /** As a snapshot does: the revisions are there, and nobody was told of them one by one. */
  void replace() {
    unannounced.clear();
    hub.replaced(store.revision());
  }

  void compact(long revision) {
    store.scheduleCompaction(revision);
    store.commitBatch(new LogPosition(1, ++index));
  }

  /** Lets one scan of history run, if one waits. */
  boolean scan() {
    var scan = scans.poll();
    if (scan != null) {
      scan.run();
    }
    return scan != null;
  }

  /** Until nobody has anything to do. */
  void settle() {
    boolean worked = true;
    while (worked) {
      worked = hub.turn();
      worked |= scan();
    }
  }

  void passMillis(long millis) {
    nowNanos.addAndGet(millis * 1_000_000);
  }

  TestOutlet openStream() {
    return new TestOutlet(hub);
  }

  static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static KeyRange key(String key) {
    return new KeyRange.Single(bytes(key));
  }

  static KeyRange range(String from, String to) {
    return new KeyRange.HalfOpen(bytes(from), bytes(to));
  }

  @Override
  public long revision() {
    return store.revision();
  }

  @Override
  public View open() {
    var view = store.openView();
    return new View() {
      @Override
      public long revision() {
        return view.revision();
      }

      @Override
      public long compactRevision() {
        return view.compactRevision();
      }

      @Override
      public ChangeLog changes(long from, long to) {
        return view.changes(from, to);
      }

      @Override
      public Optional<KeyValue> before(Change change) {
        var query =
            RangeQuery.all(new KeyRange.Single(change.key()))
                .withRevision(change.revision().main() - 1);
        return view.range(query) instanceof RangeOutcome.Found found
            ? found.kvs().stream().findFirst()
            : Optional.empty();
      }

      @Override
      public void close() {
        view.close();
      }
    };
  }
}
