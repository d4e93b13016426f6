package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * The store as it was at one moment: all its answers come from one snapshot (R18). Opened by {@link
 * MvccStore#openView}, used by one thread, closed by who opened it. Never blocks the writer.
 */
public interface ReadView extends AutoCloseable {
  /** R: the newest revision in this view. */
  long revision();

  /** C: revisions below it are gone; -1 if nothing was ever compacted (M1). */
  long compactRevision();

  /** Reads keys; future is tested before compacted (R7). */
  RangeOutcome range(RangeQuery query);

  /**
   * Reads the first keys of a range in key order, and looks no further: no more than the query's
   * limit, and no more than come to so many bytes, though at least one. The count is that of the
   * keys read. Of the query's order, target and filters nothing is heeded.
   */
  RangeOutcome page(RangeQuery query, long maxBytes);

  /** A lease in this view. */
  Optional<StoredLease> lease(long id);

  /** The keys of this view whose latest put carried the lease, ascending (L12). */
  List<Bytes> attachedKeys(long lease);

  @Override
  void close();
}
