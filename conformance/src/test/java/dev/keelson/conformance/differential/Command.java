package dev.keelson.conformance.differential;

import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.TxnRequest;

/** One request of the stream. */
sealed interface Command {
  record Range(RangeRequest request) implements Command {}

  record Put(PutRequest request) implements Command {}

  record Delete(DeleteRangeRequest request) implements Command {}

  record Transaction(TxnRequest request) implements Command {}

  record Compact(long revision, boolean physical) implements Command {}

  /** The hash of the whole store. */
  record Hash() implements Command {}
}
