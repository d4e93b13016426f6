package dev.keelson.storage.mvcc;

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

  @Override
  void close();
}
