package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * The changes of one command, all at the main revision {@code R + 1}. Reads see them at once. There
 * is no way back: check everything before the first change. Owned by the apply thread.
 */
public interface WriteTxn {
  /** R before this command. */
  long baseRevision();

  /** C; -1 if nothing was ever compacted (M1). */
  long compactRevision();

  /** Whether anything was changed: only then is a revision used (M3, M4). */
  boolean changed();

  /** The key as of now, own changes included; a delete hides it. */
  Optional<KeyValue> get(Bytes key);

  /**
   * Reads with own changes at the latest revision, or history at an earlier one.
   *
   * @param query its revision as in T20: 0 latest; a negative one is the caller's to judge
   */
  RangeOutcome range(RangeQuery query);

  /** Stores a version and returns it: version, create and mod revision filled in (U1). */
  KeyValue put(Bytes key, Bytes value, long lease);

  /** Deletes every visible key of the range in key order and returns what was there (U7, U8). */
  List<KeyValue> deleteRange(KeyRange range);

  /** Deletes every key that is attached to the lease, in key order, and returns how many (L4). */
  int deleteAttached(long lease);

  /** Ends the command; returns R after it: {@code baseRevision() + 1} if changed. */
  long commit();
}
