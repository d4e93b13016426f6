package dev.keelson.server.rpc;

import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.time.SystemClock;
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
  static final int MAX_REQUEST_BYTES = 1_572_864;

  final MemoryStore store = new MemoryStore();
  final FakeReplica replica = new FakeReplica(store);
  final ConcurrentLinkedQueue<Runnable> compactions = new ConcurrentLinkedQueue<>();
  final ClientPort port;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private TestPort(CallBudget budget, long sniffTimeoutMillis) {
    var config =
        new ClientPortConfig(
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            1,
            2,
            new ServerConfig.Limits(2L << 30, MAX_REQUEST_BYTES, 128, Integer.MAX_VALUE),
            budget,
            sniffTimeoutMillis);
    try {
      port = ClientPort.start(config, dependencies());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TestPort start() {
    return new TestPort(CallBudget.DEFAULT, 10_000);
  }

  static TestPort start(CallBudget budget) {
    return new TestPort(budget, 10_000);
  }

  static TestPort startWithSniffTimeout(long millis) {
    return new TestPort(CallBudget.DEFAULT, millis);
  }

  private RpcDependencies dependencies() {
    var member = new Member(FakeReplica.MEMBER, "one", List.of("http://p"), List.of(), false);
    var table = new MemberTable(CLUSTER, List.of(member));
    return new RpcDependencies(
        new ServerIdentity(CLUSTER, FakeReplica.MEMBER),
        replica,
        store::openView,
        () -> table,
        (revision, done) -> compactions.add(done),
        new SystemClock());
  }

  InetSocketAddress address() {
    return port.addresses().getFirst();
  }

  ManagedChannel channel() {
    var channel =
        NettyChannelBuilder.forAddress(address())
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
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
}
