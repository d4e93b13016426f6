package dev.keelson.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The calls of {@link Kv} as futures. They complete on the client's executor, never on its own
 * thread, so that what depends on them may wait; exceptionally with a {@link KeelsonException}.
 * Cancelling a future ends its call, which may have been done all the same. Thread-safe.
 */
public final class AsyncKv {
  private final Calls calls;
  private final Requests requests;

  AsyncKv(Calls calls, Requests requests) {
    this.calls = calls;
    this.requests = requests;
  }

  /** Does one operation. */
  public <R> CompletableFuture<R> run(Op<R> operation) {
    return calls.startAsync(requests.of(operation));
  }

  public CompletableFuture<Optional<KeyValue>> get(Bytes key) {
    return run(Get.key(key)).thenApply(GetResult::first);
  }

  public CompletableFuture<Optional<KeyValue>> get(String key) {
    return get(Bytes.of(key));
  }

  /** The revision at which the key has the value. */
  public CompletableFuture<Long> put(Bytes key, Bytes value) {
    return run(Put.of(key, value)).thenApply(PutResult::revision);
  }

  public CompletableFuture<Long> put(String key, String value) {
    return put(Bytes.of(key), Bytes.of(value));
  }

  /** Whether there was such a key. */
  public CompletableFuture<Boolean> delete(Bytes key) {
    return run(Delete.key(key)).thenApply(result -> result.deleted() > 0);
  }

  public CompletableFuture<Boolean> delete(String key) {
    return delete(Bytes.of(key));
  }

  public CompletableFuture<Boolean> putIfAbsent(Bytes key, Bytes value) {
    return run(Requests.putIfAbsent(key, value)).thenApply(TxnResult::succeeded);
  }

  public CompletableFuture<Boolean> replace(KeyValue seen, Bytes value) {
    return run(Requests.replace(seen, value)).thenApply(TxnResult::succeeded);
  }

  public CompletableFuture<Boolean> compareAndSet(Bytes key, Bytes expected, Bytes value) {
    return run(Requests.compareAndSet(key, expected, value)).thenApply(TxnResult::succeeded);
  }
}
