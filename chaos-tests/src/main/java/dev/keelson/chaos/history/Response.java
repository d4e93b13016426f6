package dev.keelson.chaos.history;

import dev.keelson.raft.Bytes;
import java.util.List;

/** What a member answered. The revision is that of the response's header. */
public sealed interface Response {
  long revision();

  /** The answers to a transaction's operations. */
  sealed interface Kv extends Response {}

  /**
   * @param previous the version before, if it was wanted and there was one
   */
  record Put(long revision, List<KeyVersion> previous) implements Kv {
    public Put {
      previous = List.copyOf(previous);
    }
  }

  /** What was read. */
  record Range(long revision, List<KeyVersion> versions, long count, boolean more) implements Kv {
    public Range {
      versions = List.copyOf(versions);
    }
  }

  /** What was deleted. */
  record Delete(long revision, long deleted, List<KeyVersion> previous) implements Kv {
    public Delete {
      previous = List.copyOf(previous);
    }
  }

  /** Which way a transaction went, and the answers of that way. */
  record Txn(long revision, boolean succeeded, List<Kv> responses) implements Kv {
    public Txn {
      responses = List.copyOf(responses);
    }
  }

  /** The compaction is done, or will be. */
  record Compact(long revision) implements Response {}

  /** A lease, with the time that it was really granted. */
  record LeaseGrant(long revision, long lease, long ttlSeconds) implements Response {}

  /** 0 seconds: there is no such lease. */
  record LeaseKeepAlive(long revision, long ttlSeconds) implements Response {}

  /** The lease has ended. */
  record LeaseRevoke(long revision) implements Response {}

  /** -1 seconds: there is no such lease. */
  record LeaseTimeToLive(long revision, long ttlSeconds, long grantedSeconds, List<Bytes> keys)
      implements Response {
    public LeaseTimeToLive {
      keys = List.copyOf(keys);
    }
  }

  /** The lock is held under this key. */
  record Lock(long revision, Bytes key) implements Response {}

  /** The lock's key is gone. */
  record Unlock(long revision) implements Response {}

  /** The hash of a member's history up to a revision. */
  record HashKv(long revision, long hashRevision, long hash, long compactRevision)
      implements Response {}

  /** How a member is. */
  record Status(long revision, long leader, long raftIndex) implements Response {}

  /** The membership was changed. */
  record Membership(long revision) implements Response {}
}
