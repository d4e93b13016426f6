package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.server.time.SystemClock;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** One handler of streams behind the real gRPC library, on one event loop. */
final class StreamPort implements AutoCloseable {
  static final int MAX_MESSAGE_BYTES = 1_000;
  static final long ELECTION_TIMEOUT_MILLIS = 1_000;

  final AtomicLong nowNanos = new AtomicLong();
  final CallMeasures measures = new CallMeasures();
  final OpenStreams streams;
  volatile RaftStatus status = FakeReplica.status(Role.LEADER, FakeReplica.MEMBER);
  private final EventLoops loops = EventLoops.start(1, TestAccess.NO_BUGS);
  private final ReadPool readPool;
  private final Server server;
  private final ManagedChannel channel;

  StreamPort(CallBudget budget, StreamHandler<WatchRequest, WatchResponse> handler) {
    Supplier<RaftStatus> statusNow = () -> status;
    streams = new OpenStreams(statusNow, nowNanos::get, ELECTION_TIMEOUT_MILLIS);
    var store = new MemoryStore();
    readPool = new ReadPool(1, 1, store::openView, TestAccess.NO_BUGS);
    var environment =
        new CallEnvironment(
            new CallGate(statusNow),
            new Admission(budget),
            readPool,
            new FailureLog(new SystemClock(), (thread, cause) -> {}),
            streams,
            measures,
            TestAccess.OFF,
            MAX_MESSAGE_BYTES);
    var lane = new CallLane(loops.group().next(), store::openView);
    var service =
        new ServiceBinder(WatchGrpc.SERVICE_NAME, environment)
            .stream(WatchGrpc.getWatchMethod(), WatchRequest.parser(), handler).build();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .channelType(loops.channelType())
            .bossEventLoopGroup(loops.group())
            .workerEventLoopGroup(loops.group())
            .directExecutor()
            .flowControlWindow(64 << 10)
            .addTransportFilter(
                new ServerTransportFilter() {
                  @Override
                  public Attributes transportReady(Attributes attributes) {
                    return attributes.toBuilder().set(ServiceBinder.LANE, lane).build();
                  }
                })
            .addService(service)
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .flowControlWindow(64 << 10)
            .directExecutor()
            .build();
  }

  static StreamPort serving(StreamHandler<WatchRequest, WatchResponse> handler) {
    return new StreamPort(CallBudget.DEFAULT, handler);
  }

  StreamClient open() {
    return open(new Metadata());
  }

  StreamClient open(Metadata headers) {
    ClientCall<WatchRequest, WatchResponse> call =
        channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
    return new StreamClient(call, headers);
  }

  void passSeconds(long seconds) {
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    readPool.close();
    loops.close();
  }
}
