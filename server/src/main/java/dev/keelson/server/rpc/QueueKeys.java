package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;

/**
 * The keys by which clients stand in line for a lock or an election: one each under a common name,
 * the oldest first (K1, K3, E1).
 */
final class QueueKeys {
  private static final ByteString SEPARATOR = ByteString.copyFromUtf8("/");

  private QueueKeys() {}

  /** What all keys of a line begin with. */
  static ByteString prefix(ByteString name) {
    return name.concat(SEPARATOR);
  }

  /** K1: a negative id has a sign before its digits. */
  static ByteString key(ByteString name, long lease) {
    String digits = lease < 0 ? "-" + Long.toHexString(-lease) : Long.toHexString(lease);
    return prefix(name).concat(ByteString.copyFromUtf8(digits));
  }

  /** Past all keys that begin with this prefix, which ends with a slash. */
  static ByteString end(ByteString prefix) {
    return prefix.substring(0, prefix.size() - 1).concat(ByteString.copyFromUtf8("0"));
  }

  /** The key that stands first in line. */
  static RangeRequest first(ByteString prefix) {
    return inOrder(prefix, RangeRequest.SortOrder.ASCEND).build();
  }

  /** The youngest key that stands before a revision in line. */
  static RangeRequest justBefore(ByteString prefix, long createRevision) {
    return inOrder(prefix, RangeRequest.SortOrder.DESCEND)
        .setMaxCreateRevision(createRevision - 1)
        .build();
  }

  private static RangeRequest.Builder inOrder(ByteString prefix, RangeRequest.SortOrder order) {
    return RangeRequest.newBuilder()
        .setKey(prefix)
        .setRangeEnd(end(prefix))
        .setSortOrder(order)
        .setSortTarget(RangeRequest.SortTarget.CREATE)
        .setLimit(1);
  }

  /** Takes a place in line, or finds the one that this lease has already (K3, K5). */
  static TxnRequest stand(ByteString prefix, ByteString key, ByteString value, long lease) {
    var put = PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease);
    var own = RangeRequest.newBuilder().setKey(key);
    return TxnRequest.newBuilder()
        .addCompare(createdAt(key, 0))
        .addSuccess(RequestOp.newBuilder().setRequestPut(put))
        .addSuccess(range(first(prefix)))
        .addFailure(range(own.build()))
        .addFailure(range(first(prefix)))
        .build();
  }

  /** Leaves the line, if the place is this one still. */
  static TxnRequest leave(ByteString key, long createRevision) {
    return TxnRequest.newBuilder()
        .addCompare(createdAt(key, createRevision))
        .addSuccess(
            RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key)))
        .build();
  }

  /** Changes the value of a place, if it is this one still (E4). */
  static TxnRequest proclaim(ByteString key, long createRevision, ByteString value, long lease) {
    return TxnRequest.newBuilder()
        .addCompare(createdAt(key, createRevision))
        .addSuccess(
            RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease)))
        .build();
  }

  private static Compare createdAt(ByteString key, long revision) {
    return Compare.newBuilder()
        .setKey(key)
        .setTarget(Compare.CompareTarget.CREATE)
        .setResult(Compare.CompareResult.EQUAL)
        .setCreateRevision(revision)
        .build();
  }

  private static RequestOp range(RangeRequest range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }
}
