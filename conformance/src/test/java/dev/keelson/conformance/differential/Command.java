package dev.keelson.conformance.differential;

import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;

/** One request of the stream. */
sealed interface Command {
  /** One question, one answer. */
  sealed interface Unary extends Command {}

  record Range(RangeRequest request) implements Unary {}

  record Put(PutRequest request) implements Unary {}

  record Delete(DeleteRangeRequest request) implements Unary {}

  record Transaction(TxnRequest request) implements Unary {}

  record Compact(CompactionRequest request) implements Unary {}

  /** The hash of the whole store. */
  record Hash() implements Unary {}

  record Grant(LeaseGrantRequest request) implements Unary {}

  record Revoke(long lease) implements Unary {}

  record TimeToLive(long lease, boolean keys) implements Unary {}

  record Leases() implements Unary {}

  record KeepAlive(long lease) implements Command {}

  record Watch(WatchCreateRequest request) implements Command {}

  /** Cancels one of the watchers there are, by its place in the list, or one nobody knows. */
  record CancelWatch(int place) implements Command {}
}
