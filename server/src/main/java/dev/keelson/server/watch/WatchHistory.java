package dev.keelson.server.watch;

import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.ChangeLog;
import dev.keelson.storage.mvcc.KeyValue;
import java.util.Optional;

/** The store as watchers read it. Thread-safe. */
public interface WatchHistory {
  /** R of what readers see by now. */
  long revision();

  /** The newest state; closed by the caller, used by one thread. */
  View open();

  /** The store at one moment. */
  interface View extends AutoCloseable, WatchEvent.PreviousValues {
    long revision();

    /** C; -1 if nothing was ever compacted. */
    long compactRevision();

    /** Changes of the revisions {@code [from, to]}; {@code from} is not below C. */
    ChangeLog changes(long from, long to);

    @Override
    Optional<KeyValue> before(Change change);

    @Override
    void close();
  }
}
