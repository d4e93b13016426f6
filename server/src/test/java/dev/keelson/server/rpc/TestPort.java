package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.server.apply.Quota;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ReconfigurationRules;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.http.HealthMeasures;
import dev.keelson.server.http.HttpPolicy;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.time.SystemClock;
import dev.keelson.server.watch.WatchHistory;
import dev.keelson.server.watch.WatchHub;
import dev.keelson.server.watch.WatchLimits;
import dev.keelson.storage.mvcc.HashOutcome;
import dev.keelson.storage.mvcc.StoreStats;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A client port on loopback, over a store in memory. */
final class TestPort implements AutoCloseable {
  static final long CLUSTER = 0xabcL;
  static final long OTHER_VOTER = 0x22;
  static final long LEARNER = 0x33;
  static final int MAX_REQUEST_BYTES = 1_572_864;

  final MemoryStore store = new MemoryStore();
  final FakeReplica replica = new FakeReplica(store);
  final ConcurrentLinkedQueue<Runnable> compactions = new ConcurrentLinkedQueue<>();
  final ConcurrentLinkedQueue<Long> transfers = new ConcurrentLinkedQueue<>();
  final FakeInsight insight = new FakeInsight();
  final FakeQuota quota = new FakeQuota();
  final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  final CallMeasures measures = new CallMeasures();
  final ClientPort port;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private TestPort(CallBudget budget, HttpPolicy http, long sniffTimeoutMillis) {
    var config =
        new ClientPortConfig(
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            1,
            2,
            new ServerConfig.Limits(2L << 30, MAX_REQUEST_BYTES, 128, Integer.MAX_VALUE),
            budget,
            StreamTiming.DEFAULT,
            http,
            sniffTimeoutMillis);
    try {
      port = ClientPort.start(config, dependencies());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TestPort start() {
    return new TestPort(CallBudget.DEFAULT, HttpPolicy.OPEN, 10_000);
  }

  static TestPort start(HttpPolicy http) {
    return new TestPort(CallBudget.DEFAULT, http, 10_000);
  }

  static TestPort start(CallBudget budget) {
    return new TestPort(budget, HttpPolicy.OPEN, 10_000);
  }

  static TestPort startWithSniffTimeout(long millis) {
    return new TestPort(CallBudget.DEFAULT, HttpPolicy.OPEN, millis);
  }

  private RpcDependencies dependencies() {
    var self = List.of("http://127.0.0.1:2380");
    var table =
        new MemberTable(
            CLUSTER,
            List.of(
                new Member(FakeReplica.MEMBER, "one", self, List.of("http://c:2379"), false),
                new Member(OTHER_VOTER, "two", List.of("http://127.0.0.1:3380"), List.of(), false),
                new Member(LEARNER, "", List.of("http://127.0.0.1:4380"), List.of(), true)));
    return new RpcDependencies(
        new ServerIdentity(CLUSTER, FakeReplica.MEMBER),
        replica,
        store::openView,
        () -> table,
        (revision, done) -> compactions.add(done),
        insight,
        transfers::add,
        quota,
        replica::alarms,
        (thread, cause) -> failures.add(cause),
        new Reconfiguration(
            new ReconfigurationRules(FakeReplica.MEMBER, true, 1, (_, _) -> true),
            (change, target, completion) ->
                completion.complete(new Outcome.Failure<>(EtcdError.UNHEALTHY)),
            () -> 1_795_197_600),
        hub(),
        new SystemClock(),
        new Monitoring(measures, new HealthMeasures(), query -> {}),
        new LeaseDependencies(
            new FakeLeases(), store::revision, 2, new FakeLeases.Ids(), new FakeLeases.NoWatch()),
        TestAccess.dependencies());
  }

  /** Without a thread: nothing is watched here. */
  private static WatchHub hub() {
    var history =
        new WatchHistory() {
          @Override
          public long revision() {
            return 1;
          }

          @Override
          public View open() {
            throw new UnsupportedOperationException();
          }
        };
    var limits = WatchLimits.of(64 << 20);
    return new WatchHub(
        history, limits, Runnable::run, () -> {}, new SystemClock(), 1, 1_000_000_000);
  }

  InetSocketAddress address() {
    return port.addresses().getFirst();
  }

  ManagedChannel channel() {
    var channel =
        NettyChannelBuilder.forAddress(address())
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .flowControlWindow(1 << 20) // fixed: it would grow while nobody reads
            .directExecutor()
            .build();
    channels.add(channel);
    return channel;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    port.close();
    replica.close();
  }

  /** A quota that is what the test says. */
  static final class FakeQuota implements Quota {
    volatile boolean full;

    @Override
    public boolean admits(long charge) {
      return charge == 0 || !full;
    }

    @Override
    public long reportedBytes() {
      return 2L << 30;
    }
  }

  /** Sizes and a hash made up. */
  static final class FakeInsight implements StoreInsight {
    volatile HashOutcome hash = new HashOutcome.Hashed(0xfffffff0L, -1, 1, 1);
    volatile long bytes = 4_096;

    @Override
    public StoreStats stats() {
      return new StoreStats(bytes, bytes / 2, 0, 0, 0);
    }

    @Override
    public HashOutcome hashAt(long revision) {
      return hash;
    }
  }
}
