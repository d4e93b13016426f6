package dev.keelson.bench;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.ResponseOp;
import dev.keelson.api.etcdserverpb.StatusRequest;
import dev.keelson.api.etcdserverpb.StatusResponse;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.KeyValue;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * A member of one, on loopback, that keeps keys in a map and can be told how to treat each request
 * by its number, counted from one over puts, ranges and transactions.
 */
final class FakeEtcd implements AutoCloseable {
  /** What happens to a request. */
  sealed interface Treatment {
    record Answer() implements Treatment {}

    record AnswerAfter(long millis) implements Treatment {}

    record Refuse(Status status) implements Treatment {}

    record Swallow() implements Treatment {}

    record Die() implements Treatment {}
  }

  private static final long MEMBER_ID = 7;

  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final Map<ByteString, KeyValue> store = new ConcurrentHashMap<>();
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final List<Watcher> created = new CopyOnWriteArrayList<>();
  private final Server server;
  private final long leader;
  private final LongFunction<Treatment> treatments;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong serializable = new AtomicLong();
  private long revision = 1;

  private FakeEtcd(boolean leads, LongFunction<Treatment> treatments) {
    this.leader = leads ? MEMBER_ID : MEMBER_ID + 1;
    this.treatments = treatments;
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try {
      server =
          NettyServerBuilder.forAddress(loopback)
              .executor(thread)
              .addService(new Kv())
              .addService(new Watch())
              .addService(new Leases())
              .addService(new Maintenance())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static FakeEtcd start() {
    return start(_ -> new Treatment.Answer());
  }

  static FakeEtcd start(LongFunction<Treatment> treatments) {
    return new FakeEtcd(true, treatments);
  }

  static FakeEtcd follower() {
    return new FakeEtcd(false, _ -> new Treatment.Answer());
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Puts, ranges and transactions that arrived, answered or not. */
  long requests() {
    return requests.get();
  }

  /** How many keys of each lease there are. */
  Map<Long, Long> keysByLease() {
    return store.values().stream()
        .collect(Collectors.groupingBy(KeyValue::getLease, Collectors.counting()));
  }

  long serializableReads() {
    return serializable.get();
  }

  /** How many watchers of each key were ever created. */
  Map<ByteString, Long> watchersByKey() {
    return created.stream()
        .collect(Collectors.groupingBy(watcher -> watcher.key, Collectors.counting()));
  }

  /** Streams that ever had a watcher. */
  long watchStreams() {
    return created.stream().map(watcher -> watcher.observer).distinct().count();
  }

  @Override
  public void close() {
    server.shutdownNow();
    thread.shutdownNow();
  }

  @FunctionalInterface
  private interface Answer<T> {
    T answer();
  }

  // The single thread of the executor runs all of this.
  private <T> void treat(StreamObserver<T> observer, Answer<T> answer) {
    switch (treatments.apply(requests.incrementAndGet())) {
      case Treatment.Answer() -> answer(observer, answer);
      case Treatment.AnswerAfter(long millis) -> {
        var _ = thread.schedule(() -> answer(observer, answer), millis, TimeUnit.MILLISECONDS);
      }
      case Treatment.Refuse(var status) -> observer.onError(status.asRuntimeException());
      case Treatment.Swallow() -> {}
      case Treatment.Die() -> server.shutdownNow();
    }
  }

  private static <T> void answer(StreamObserver<T> observer, Answer<T> answer) {
    observer.onNext(answer.answer());
    observer.onCompleted();
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder().setMemberId(MEMBER_ID).setRevision(revision).build();
  }

  private PutResponse put(PutRequest request) {
    revision++;
    var kv =
        KeyValue.newBuilder()
            .setKey(request.getKey())
            .setValue(request.getValue())
            .setModRevision(revision)
            .setLease(request.getLease())
            .build();
    store.put(request.getKey(), kv);
    watchers.stream()
        .filter(watcher -> watcher.key.equals(kv.getKey()))
        .forEach(watcher -> watcher.tell(kv));
    return PutResponse.newBuilder().setHeader(header()).build();
  }

  private RangeResponse range(RangeRequest request) {
    if (request.getSerializable()) {
      serializable.incrementAndGet();
    }
    var response = RangeResponse.newBuilder().setHeader(header());
    var order = ByteString.unsignedLexicographicalComparator();
    store.forEach(
        (key, kv) -> {
          boolean wanted =
              request.getRangeEnd().isEmpty()
                  ? key.equals(request.getKey())
                  : order.compare(key, request.getKey()) >= 0
                      && order.compare(key, request.getRangeEnd()) < 0;
          if (wanted) {
            response.addKvs(kv);
          }
        });
    return response.setCount(response.getKvsCount()).build();
  }

  private TxnResponse txn(TxnRequest request) {
    var guard = request.getCompare(0);
    var found = store.getOrDefault(guard.getKey(), KeyValue.getDefaultInstance());
    boolean holds = found.getModRevision() == guard.getModRevision();
    var response = ResponseOp.newBuilder();
    if (holds) {
      response.setResponsePut(put(request.getSuccess(0).getRequestPut()));
    } else {
      response.setResponseRange(range(request.getFailure(0).getRequestRange()));
    }
    return TxnResponse.newBuilder()
        .setSucceeded(holds)
        .addResponses(response)
        .setHeader(header())
        .build();
  }

  private final class Kv extends KVGrpc.KVImplBase {
    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
      treat(observer, () -> FakeEtcd.this.put(request));
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
      treat(observer, () -> FakeEtcd.this.range(request));
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
      treat(observer, () -> FakeEtcd.this.txn(request));
    }
  }

  private final class Leases extends LeaseGrpc.LeaseImplBase {
    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> observer) {
      treat(
          observer,
          () ->
              LeaseGrantResponse.newBuilder()
                  .setID(request.getID())
                  .setTTL(request.getTTL())
                  .build());
    }
  }

  private record Watcher(ByteString key, StreamObserver<WatchResponse> observer) {
    void tell(KeyValue kv) {
      observer.onNext(
          WatchResponse.newBuilder().addEvents(Event.newBuilder().setKv(kv).build()).build());
    }
  }

  private final class Watch extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> observer) {
      ((ServerCallStreamObserver<WatchResponse>) observer)
          .setOnCancelHandler(() -> watchers.removeIf(w -> w.observer.equals(observer)));
      return new StreamObserver<>() {
        @Override
        public void onNext(WatchRequest request) {
          created.add(new Watcher(request.getCreateRequest().getKey(), observer));
          watchers.add(new Watcher(request.getCreateRequest().getKey(), observer));
          observer.onNext(WatchResponse.newBuilder().setCreated(true).build());
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
      };
    }
  }

  private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
      observer.onNext(
          StatusResponse.newBuilder()
              .setHeader(header())
              .setVersion("3.7.0-fake")
              .setLeader(leader)
              .build());
      observer.onCompleted();
    }
  }
}
