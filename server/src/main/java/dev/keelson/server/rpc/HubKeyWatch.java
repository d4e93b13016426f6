package dev.keelson.server.rpc;

import dev.keelson.server.watch.WatchHub;
import dev.keelson.server.watch.WatchListener;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.List;

/** Follows keys as every watcher does. Thread-safe. */
public record HubKeyWatch(WatchHub hub) implements KeyWatch {
  @Override
  public Registration follow(KeyRange range, long fromRevision, Listener listener) {
    var watching = hub.watch(range, fromRevision, new Told(listener));
    return watching::close;
  }

  private record Told(Listener listener) implements WatchListener {
    @Override
    public void changed(List<Change> changes) {
      listener.changed(changes);
    }

    @Override
    public void compacted(long compactRevision) {
      listener.lost();
    }

    @Override
    public void refused(String reason) {
      listener.refused(reason);
    }
  }
}
