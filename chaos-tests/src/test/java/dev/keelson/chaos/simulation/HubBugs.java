package dev.keelson.chaos.simulation;

import dev.keelson.server.apply.ChangeListener;
import dev.keelson.server.rpc.RpcDependencies;
import dev.keelson.server.watch.StoreHistory;
import dev.keelson.server.watch.WatchHistory;
import dev.keelson.server.watch.WatchWorkers;
import dev.keelson.storage.mvcc.AppliedChange;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.ChangeLog;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.Revision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Hubs of production's parts but for one: mutants 43 to 50 of reliability.md 2.7. */
final class HubBugs {
  private static final AppliedChange.Previous UNREAD = new AppliedChange.Previous.Unread();
  private static final long NEVER = -1;

  private HubBugs() {}

  /** Puts another hub in the place of a member's own, which has heard of nothing yet. */
  static RpcDependencies plant(
      MemberLife by,
      RpcDependencies sound,
      UnaryOperator<WatchHistory> history,
      UnaryOperator<ChangeListener> listener) {
    var store = by.core().store();
    var workers =
        new WatchWorkers(
            history.apply(new StoreHistory(store)),
            by.member().tuning().watch(),
            by.clock(),
            by.id(),
            by.member().config().timing().watchProgressMillis(),
            by::failed,
            new SimulatedWorkers(by));
    store.listen(listener.apply(workers.hub()));
    return new RpcDependencies(
        sound.identity(),
        sound.replica(),
        sound.views(),
        sound.members(),
        sound.compaction(),
        sound.store(),
        sound.leadership(),
        sound.quota(),
        sound.alarms(),
        sound.failure(),
        sound.reconfiguration(),
        workers.hub(),
        sound.clock(),
        sound.monitoring(),
        sound.leases(),
        sound.auth());
  }

  /** Reads the store through views that are not what they should be. */
  private record MistakenHistory(WatchHistory sound, UnaryOperator<WatchHistory.View> views)
      implements WatchHistory {
    @Override
    public long revision() {
      return sound.revision();
    }

    @Override
    public View open() {
      return views.apply(sound.open());
    }
  }

  private static class AlteredView implements WatchHistory.View {
    final WatchHistory.View sound;

    AlteredView(WatchHistory.View sound) {
      this.sound = sound;
    }

    @Override
    public long revision() {
      return sound.revision();
    }

    @Override
    public long compactRevision() {
      return sound.compactRevision();
    }

    @Override
    public ChangeLog changes(long from, long to) {
      return sound.changes(from, to);
    }

    @Override
    public Optional<KeyValue> before(Change change) {
      return sound.before(change);
    }

    @Override
    public void close() {
      sound.close();
    }
  }

  /** 43: who catches up is taken for up to date one revision early. */
  static WatchHistory endsOneEarly(WatchHistory sound) {
    return new MistakenHistory(
        sound,
        view ->
            new AlteredView(view) {
              @Override
              public ChangeLog changes(long from, long to) {
                return view.changes(from, to - 1);
              }
            });
  }

  /** 44: who catches up reads what was there before it came, up to what is there now. */
  static WatchHistory readsAnEarlierState(WatchHistory sound) {
    var earlier = new EarlierStates();
    return new MistakenHistory(sound, earlier::view);
  }

  private static final class EarlierStates {
    private long revision = Long.MAX_VALUE;

    WatchHistory.View view(WatchHistory.View now) {
      long before = Math.min(revision, now.revision());
      revision = now.revision();
      return new AlteredView(now) {
        @Override
        public ChangeLog changes(long from, long to) {
          return now.changes(from, Math.min(to, before));
        }
      };
    }
  }

  /** 48: who catches up does not notice that a compaction has overtaken it. */
  static WatchHistory seesNoCompaction(WatchHistory sound) {
    return new MistakenHistory(
        sound,
        view ->
            new AlteredView(view) {
              @Override
              public long compactRevision() {
                return NEVER;
              }

              @Override
              public ChangeLog changes(long from, long to) {
                return view.changes(Math.max(from, view.compactRevision()), to);
              }
            });
  }

  /** 50: what was before a change is read one revision too early. */
  static WatchHistory readsTooFarBack(WatchHistory sound) {
    return new MistakenHistory(
        sound,
        view ->
            new AlteredView(view) {
              @Override
              public Optional<KeyValue> before(Change change) {
                var revision = new Revision(change.revision().main() - 1, change.revision().sub());
                return view.before(
                    switch (change) {
                      case Change.Put(_, var kv) -> new Change.Put(revision, kv);
                      case Change.Delete(_, var key) -> new Change.Delete(revision, key);
                    });
              }
            });
  }

  /** Changes of which nobody knows what was before, so that it must be read. */
  static ChangeListener withoutPrevious(ChangeListener hub) {
    return new AlteredChanges(
        hub,
        changes ->
            changes.stream().map(applied -> new AppliedChange(applied.change(), UNREAD)).toList());
  }

  /** 49: the last change of a revision comes among those of the next. */
  static ChangeListener mixesRevisions(ChangeListener hub) {
    return new AlteredChanges(hub, HubBugs::mixed);
  }

  private static List<AppliedChange> mixed(List<AppliedChange> changes) {
    var mixed = new ArrayList<>(changes);
    for (int i = 1; i + 1 < mixed.size(); i++) {
      long main = mainOf(mixed.get(i));
      if (mainOf(mixed.get(i - 1)) == main && mainOf(mixed.get(i + 1)) > main) {
        Collections.swap(mixed, i, i + 1);
      }
    }
    return mixed;
  }

  private static long mainOf(AppliedChange applied) {
    return applied.change().revision().main();
  }

  private record AlteredChanges(ChangeListener hub, UnaryOperator<List<AppliedChange>> altered)
      implements ChangeListener {
    @Override
    public void committed(List<AppliedChange> changes) {
      hub.committed(altered.apply(changes));
    }

    @Override
    public void replaced(long revision) {
      hub.replaced(revision);
    }
  }
}
