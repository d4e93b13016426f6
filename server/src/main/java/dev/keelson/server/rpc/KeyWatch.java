package dev.keelson.server.rpc;

import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.List;

/** Follows keys inside the member. Thread-safe; no method blocks. */
public interface KeyWatch {
  /**
   * Tells of every change of these keys from a revision on, in order, until the registration is
   * closed; a last one may be on its way then.
   */
  Registration follow(KeyRange range, long fromRevision, Listener listener);

  /** Hears of changes, on a thread that others need: must not block. */
  interface Listener {
    /** Changes of whole revisions. */
    void changed(List<Change> changes);

    /** What comes next is compacted: nothing more is told. */
    void lost();

    /** The member has no room to follow these keys: nothing is told. */
    void refused(String reason);
  }

  /** Ends the following. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
