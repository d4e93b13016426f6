package dev.keelson.server.watch;

import dev.keelson.storage.mvcc.Change;
import java.util.List;

/** Hears of changes inside the member, on the hub's thread; must not block. */
public interface WatchListener {
  /** Changes of whole revisions, in order, each once. */
  void changed(List<Change> changes);

  /** The next revision it needs is gone; nothing more comes. */
  void compacted(long compactRevision);

  /** There is no room for another watcher; nothing comes. */
  void refused(String reason);
}
