package dev.keelson.server.watch;

import dev.keelson.server.apply.LiveStore;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.ChangeLog;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.StoreView;
import java.util.Optional;

/** History out of the store in use. */
public record StoreHistory(LiveStore store) implements WatchHistory {
  @Override
  public long revision() {
    return store.current().revision();
  }

  @Override
  public View open() {
    var held = store.hold();
    return new HeldHistory(held, held.store().openView());
  }

  private record HeldHistory(LiveStore.Hold held, StoreView view) implements View {
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
      long revision = change.revision().main() - 1;
      if (revision <= 0) {
        return Optional.empty();
      }
      var query = RangeQuery.all(new KeyRange.Single(change.key())).withRevision(revision);
      return switch (view.range(query)) {
        case RangeOutcome.Found found -> found.kvs().stream().findFirst();
        case RangeOutcome.Compacted _ -> Optional.empty(); // W10
        case RangeOutcome.Future future ->
            throw new IllegalStateException("a change is newer than its store: " + future);
      };
    }

    @Override
    public void close() {
      view.close();
      held.close();
    }
  }
}
