package dev.keelson.client;

import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.KVGrpc;
import java.time.Duration;

/**
 * Makes calls of operations, within a namespace and a time.
 *
 * @param timeout of each call
 */
record Requests(Namespace namespace, Duration timeout) {

  <R> Call<?, ?, R> of(Op<R> operation) {
    Call<?, ?, ?> call;
    if (operation instanceof Get get) {
      call = get(get);
    } else if (operation instanceof Put put) {
      call = put(put);
    } else if (operation instanceof Delete delete) {
      call = delete(delete);
    } else {
      call = txn((Txn) operation);
    }
    @SuppressWarnings("unchecked") // each operation's call answers what the operation answers
    var typed = (Call<?, ?, R>) call;
    return typed;
  }

  Call<?, ?, GetResult> get(Get get) {
    return new Call<>(
        KVGrpc.getRangeMethod(),
        get.message(namespace),
        get.isSerializable() ? CallKind.LOCAL_READ : CallKind.LINEARIZABLE_READ,
        timeout,
        null,
        response -> Get.result(response, namespace));
  }

  private Call<?, ?, PutResult> put(Put put) {
    return new Call<>(
        KVGrpc.getPutMethod(),
        put.message(namespace),
        CallKind.WRITE,
        timeout,
        null,
        response -> Put.result(response, namespace));
  }

  private Call<?, ?, DeleteResult> delete(Delete delete) {
    return new Call<>(
        KVGrpc.getDeleteRangeMethod(),
        delete.message(namespace),
        CallKind.WRITE,
        timeout,
        null,
        response -> Delete.result(response, namespace));
  }

  private Call<?, ?, TxnResult> txn(Txn txn) {
    return new Call<>(
        KVGrpc.getTxnMethod(),
        txn.message(namespace),
        txn.isRead() ? CallKind.LINEARIZABLE_READ : CallKind.WRITE,
        timeout,
        null,
        response -> txn.result(response, namespace));
  }

  Call<?, ?, Long> compact(long revision) {
    return new Call<>(
        KVGrpc.getCompactMethod(),
        CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build(),
        CallKind.WRITE,
        timeout,
        null,
        response -> response.getHeader().getRevision());
  }

  static Txn putIfAbsent(Bytes key, Bytes value) {
    return Txn.when(key).isAbsent().then(Put.of(key, value));
  }

  static Txn replace(KeyValue seen, Bytes value) {
    return Txn.when(seen.key()).isStill(seen).then(Put.of(seen.key(), value));
  }

  static Txn compareAndSet(Bytes key, Bytes expected, Bytes value) {
    return Txn.when(key).valueIs(expected).then(Put.of(key, value));
  }

  static Txn deleteIfUnchanged(KeyValue seen) {
    return Txn.when(seen.key()).isStill(seen).then(Delete.key(seen.key()));
  }
}
