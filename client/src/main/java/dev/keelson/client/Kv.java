package dev.keelson.client;

import java.time.Duration;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Keys and values. Methods wait for the answer, which suits virtual threads; {@link #async()} has
 * the same as futures. Reads are strictly serializable unless they ask otherwise, and are repeated
 * at other members until the time is over. A change is sent at most once: when its outcome is not
 * known, {@link IndefiniteException} says so. An interrupted call ends at once, by the exception
 * that says what is known, with the thread's interrupt flag set. Thread-safe.
 */
public final class Kv {
  private final Calls calls;
  private final Requests requests;
  private final AsyncKv async;

  Kv(Calls calls, Requests requests) {
    this.calls = calls;
    this.requests = requests;
    this.async = new AsyncKv(calls, requests);
  }

  /** The same calls as futures. */
  public AsyncKv async() {
    return async;
  }

  /** The same calls with another limit of time, repetitions included. */
  public Kv within(Duration timeout) {
    return new Kv(calls, new Requests(requests.namespace(), timeout));
  }

  /** Keys and values of other types. */
  public <K, V> TypedKv<K, V> typed(Codec<K> keys, Codec<V> values) {
    return new TypedKv<>(this, keys, values);
  }

  /** Does one operation. */
  public <R> R run(Op<R> operation) {
    return calls.await(requests.of(operation));
  }

  public Optional<KeyValue> get(String key) {
    return get(Bytes.of(key));
  }

  public Optional<KeyValue> get(Bytes key) {
    return run(Get.key(key)).first();
  }

  /** Sets the key to the value; the revision at which it has it. */
  public long put(String key, String value) {
    return put(Bytes.of(key), Bytes.of(value));
  }

  public long put(Bytes key, Bytes value) {
    return run(Put.of(key, value)).revision();
  }

  /** Whether there was such a key. */
  public boolean delete(String key) {
    return delete(Bytes.of(key));
  }

  public boolean delete(Bytes key) {
    return run(Delete.key(key)).deleted() > 0;
  }

  /** Creates the key; false, and nothing is changed, when there is one. */
  public boolean putIfAbsent(String key, String value) {
    return putIfAbsent(Bytes.of(key), Bytes.of(value));
  }

  public boolean putIfAbsent(Bytes key, Bytes value) {
    return run(Requests.putIfAbsent(key, value)).succeeded();
  }

  /** Changes the key if nobody else did since it was seen. */
  public boolean replace(KeyValue seen, Bytes value) {
    return run(Requests.replace(seen, value)).succeeded();
  }

  /** Changes the key if it holds the expected value; it may have held others meanwhile. */
  public boolean compareAndSet(Bytes key, Bytes expected, Bytes value) {
    return run(Requests.compareAndSet(key, expected, value)).succeeded();
  }

  public boolean compareAndSet(String key, String expected, String value) {
    return compareAndSet(Bytes.of(key), Bytes.of(expected), Bytes.of(value));
  }

  /** Deletes the key if nobody changed it since it was seen. */
  public boolean deleteIfUnchanged(KeyValue seen) {
    return run(Requests.deleteIfUnchanged(seen)).succeeded();
  }

  /**
   * Changes the key by a function of what it holds, again and again until nobody came between. The
   * function may be called several times.
   *
   * @return the value that was put
   * @throws IndefiniteException when an attempt's outcome is not known; it is then the last
   */
  public Bytes update(Bytes key, Function<Optional<Bytes>, Bytes> change) {
    Optional<KeyValue> seen = get(key);
    while (true) {
      Bytes next = change.apply(seen.map(KeyValue::value));
      Get now = Get.key(key);
      Txn txn =
          Txn.when(key)
              .modRevisionIs(seen.map(KeyValue::modRevision).orElse(0L))
              .then(Put.of(key, next))
              .orElse(now);
      TxnResult result = run(txn);
      if (result.succeeded()) {
        return next;
      }
      seen = result.of(now).first();
    }
  }

  /**
   * Reads a range piece by piece while the stream is consumed, all of it as of the one revision of
   * the first piece, in memory that does not depend on its size. Close the stream when it is not
   * read to its end. Only key order without filters; fails with {@link CompactedException} when the
   * revision is compacted before the end.
   */
  public Stream<KeyValue> stream(Get get) {
    if (!get.isPageable()) {
      throw new IllegalArgumentException("only key order without filters can be read in pieces");
    }
    var scan = new Scan(calls, requests, get);
    int traits = Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL;
    var pieces = Spliterators.spliteratorUnknownSize(scan, traits);
    return StreamSupport.stream(pieces, false).onClose(scan::close);
  }

  /** Forgets history below this revision. */
  public void compact(long revision) {
    long unused = calls.await(requests.compact(revision));
  }
}
