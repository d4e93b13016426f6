package dev.keelson.bench;

import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.StatusRequest;
import dev.keelson.api.etcdserverpb.StatusResponse;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The event loops and the open connections, each connection for good on one loop: connection {@code
 * i} on loop {@code i % loops}. Whoever opens it closes it.
 */
final class Connections implements AutoCloseable {
  private static final int CONNECT_SECONDS = 10;
  private static final int MAX_ANSWER_BYTES = 64 << 20;
  private static final int FLOW_CONTROL_WINDOW_BYTES = 1 << 20;

  private final List<EventLoopGroup> loops = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<String> versions = new ArrayList<>();

  private Connections(int threads) {
    var factory = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    for (int i = 0; i < threads; i++) {
      var threadFactory = new DefaultThreadFactory("keelson-bench-" + i, true);
      loops.add(new MultiThreadIoEventLoopGroup(1, threadFactory, factory));
    }
  }

  /** Opens all connections of a plan and waits until each has answered once. */
  static Connections open(LoadPlan plan) throws BenchException, InterruptedException {
    var connections = new Connections(plan.threads());
    try {
      var endpoints =
          plan.leaderOnly() ? List.of(connections.leader(plan.endpoints())) : plan.endpoints();
      for (int i = 0; i < plan.connections(); i++) {
        connections.connect(endpoints.get(i % endpoints.size()));
      }
      for (var status : connections.statuses(endpoints)) {
        if (!connections.versions.contains(status.getVersion())) {
          connections.versions.add(status.getVersion());
        }
      }
      return connections;
    } catch (BenchException | InterruptedException | RuntimeException e) {
      connections.close();
      throw e;
    }
  }

  int count() {
    return channels.size();
  }

  int loops() {
    return loops.size();
  }

  EventLoop loop(int number) {
    return loops.get(number).next();
  }

  Channel channel(int connection) {
    return channels.get(connection);
  }

  /** The different versions that the servers gave, in the order of the endpoints. */
  List<String> versions() {
    return List.copyOf(versions);
  }

  private Endpoint leader(List<Endpoint> endpoints) throws BenchException, InterruptedException {
    for (var endpoint : endpoints) {
      connect(endpoint);
    }
    var statuses = statuses(endpoints);
    channels.forEach(ManagedChannel::shutdownNow);
    channels.clear();
    for (int i = 0; i < endpoints.size(); i++) {
      var status = statuses.get(i);
      if (status.getLeader() != 0 && status.getLeader() == status.getHeader().getMemberId()) {
        return endpoints.get(i);
      }
    }
    throw new BenchException("none of " + endpoints + " is the leader");
  }

  private void connect(Endpoint endpoint) throws BenchException {
    var address = new InetSocketAddress(endpoint.host(), endpoint.port());
    if (address.isUnresolved()) {
      throw new BenchException("no address is known for host " + endpoint.host());
    }
    var builder =
        NettyChannelBuilder.forAddress(address)
            .eventLoopGroup(loops.get(channels.size() % loops.size()))
            .channelType(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
            .usePlaintext()
            .directExecutor()
            .disableRetry()
            .disableServiceConfigLookUp()
            .proxyDetector(_ -> null)
            .maxTraceEvents(0)
            .maxInboundMessageSize(MAX_ANSWER_BYTES)
            .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES);
    channels.add(builder.build());
  }

  /** Of every connection, in order; all are asked at once. */
  private List<StatusResponse> statuses(List<Endpoint> endpoints)
      throws BenchException, InterruptedException {
    var asked = new ArrayList<Future<StatusResponse>>();
    for (var channel : channels) {
      asked.add(
          MaintenanceGrpc.newFutureStub(channel)
              .withDeadlineAfter(CONNECT_SECONDS, TimeUnit.SECONDS)
              .status(StatusRequest.getDefaultInstance()));
    }
    var statuses = new ArrayList<StatusResponse>();
    for (int i = 0; i < asked.size(); i++) {
      try {
        statuses.add(asked.get(i).get());
      } catch (ExecutionException e) {
        throw new BenchException(
            "no answer from " + endpoints.get(i % endpoints.size()) + ": " + reason(e));
      }
    }
    return statuses;
  }

  private static String reason(ExecutionException failure) {
    var status = Status.fromThrowable(failure);
    var cause = status.getCause();
    String detail = cause == null ? status.getDescription() : cause.getMessage();
    return status.getCode() + (detail == null ? "" : ", " + detail);
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    var stopped =
        loops.stream().map(loop -> loop.shutdownGracefully(0, 1, TimeUnit.SECONDS)).toList();
    stopped.forEach(loop -> loop.awaitUninterruptibly(5, TimeUnit.SECONDS));
  }
}
