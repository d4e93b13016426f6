package dev.keelson.client;

import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseOp;

/**
 * One operation: done alone by {@link Kv#run(Op)}, or as part of a {@link Txn}, whose result gives
 * back each operation's own by {@link TxnResult#of(Op)}. Immutable.
 *
 * @param <R> what it answers
 */
public abstract sealed class Op<R> permits Get, Put, Delete, Txn {

  abstract RequestOp request(Namespace namespace);

  abstract R result(ResponseOp response, Namespace namespace);

  /** Whether nothing is changed by it, so that it may be repeated. */
  abstract boolean isRead();
}
