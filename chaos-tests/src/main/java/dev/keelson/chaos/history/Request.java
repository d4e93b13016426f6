package dev.keelson.chaos.history;

import dev.keelson.raft.Bytes;
import java.util.List;

/** What a client asked for. Streams are no requests: see {@link WatchSpec}. */
public sealed interface Request {
  /** What a transaction may be made of. */
  sealed interface Kv extends Request {}

  /**
   * Stores a value.
   *
   * @param previous whether the version before is wanted
   */
  record Put(Bytes key, Bytes value, long lease, boolean previous) implements Kv {
    public static Put of(Bytes key, Bytes value) {
      return new Put(key, value, 0, false);
    }

    @Override
    public String toString() {
      return "put " + key + "=" + value + (lease == 0 ? "" : " lease " + Long.toHexString(lease));
    }
  }

  /** Reads the keys of a range. */
  record Range(KeyRange keys, ReadOptions options) implements Kv {
    public static Range of(KeyRange keys) {
      return new Range(keys, ReadOptions.DEFAULT);
    }

    @Override
    public String toString() {
      return "range " + keys + options;
    }
  }

  /** Deletes the keys of a range. */
  record Delete(KeyRange keys, boolean previous) implements Kv {
    @Override
    public String toString() {
      return "delete " + keys;
    }
  }

  /** If all conditions hold does the one, else the other. */
  record Txn(List<Compare> compares, List<Kv> success, List<Kv> failure) implements Kv {
    public Txn {
      compares = List.copyOf(compares);
      success = List.copyOf(success);
      failure = List.copyOf(failure);
    }

    @Override
    public String toString() {
      return "txn if " + compares + " then " + success + " else " + failure;
    }
  }

  /** Forgets history below a revision. */
  record Compact(long revision) implements Request {}

  /** Asks for a lease under an id of the client's choice. */
  record LeaseGrant(long lease, long ttlSeconds) implements Request {}

  /** Renews a lease once. */
  record LeaseKeepAlive(long lease) implements Request {}

  /** Ends a lease. */
  record LeaseRevoke(long lease) implements Request {}

  /** Asks how long a lease still has, and for its keys. */
  record LeaseTimeToLive(long lease) implements Request {}

  /** Waits for a lock (K1 to K4). */
  record Lock(Bytes name, long lease) implements Request {}

  /** Gives a lock up by its owner key. */
  record Unlock(Bytes key) implements Request {}

  /** Asks a member for the hash of its history up to a revision. */
  record HashKv(long revision) implements Request {}

  /** Asks one member how it is, without consensus. */
  record Status() implements Request {}

  /** A change of the cluster's members, in words. */
  record Membership(String change) implements Request {}
}
