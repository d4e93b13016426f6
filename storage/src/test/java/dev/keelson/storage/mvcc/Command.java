package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import java.util.List;

/** A log entry of a test run: data, so that it can be applied again. */
sealed interface Command {
  record Txn(List<Op> ops) implements Command {}

  record Compact(long revision) implements Command {}

  record Meta(Bytes key, Bytes value) implements Command {}

  record Grant(StoredLease lease) implements Command {}

  record Revoke(long lease) implements Command {}

  /** A step of a transaction. */
  sealed interface Op {
    record Put(Bytes key, Bytes value, long lease) implements Op {}

    record Delete(KeyRange range) implements Op {}

    record Read(RangeQuery query) implements Op {}
  }
}
