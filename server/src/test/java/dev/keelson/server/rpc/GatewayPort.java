package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.server.http.HttpPolicy;
import dev.keelson.server.http.HttpRoutes;
import dev.keelson.server.http.JsonStream;
import dev.keelson.server.time.SystemClock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** One handler of streams behind the gateway, on one event loop. */
final class GatewayPort implements AutoCloseable {
  static final int MAX_MESSAGE_BYTES = 1_000;

  final Admission admission = new Admission(CallBudget.DEFAULT);
  final OpenStreams streams;
  volatile RaftStatus status = FakeReplica.status(Role.LEADER, FakeReplica.MEMBER);
  private final EventLoops loops = EventLoops.start(1, TestAccess.NO_BUGS);
  private final ReadPool readPool;
  private final Channel server;

  private GatewayPort(StreamHandler<WatchRequest, WatchResponse> handler) {
    Supplier<RaftStatus> statusNow = () -> status;
    streams = new OpenStreams(statusNow, () -> 0, 1_000);
    var store = new MemoryStore();
    readPool = new ReadPool(1, 1, store::openView, TestAccess.NO_BUGS);
    var environment =
        new CallEnvironment(
            new CallGate(statusNow),
            admission,
            readPool,
            new FailureLog(new SystemClock(), (thread, cause) -> {}),
            streams,
            new CallMeasures(),
            TestAccess.OFF,
            MAX_MESSAGE_BYTES);
    var service =
        new ServiceBinder(WatchGrpc.SERVICE_NAME, environment)
            .stream(WatchGrpc.getWatchMethod(), WatchRequest.parser(), handler).build();
    var gateway =
        new JsonGateway(
            List.of(service),
            new UnknownMethods(Set.of()),
            new CallLanes(store::openView),
            environment);
    var routes = new HttpRoutes(Map.of(), Map.of("/v3/", gateway), HttpPolicy.OPEN);
    server =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.channelType())
            .childOption(ChannelOption.SO_SNDBUF, 64 << 10)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    routes.serve(channel.pipeline());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  static GatewayPort serving(StreamHandler<WatchRequest, WatchResponse> handler) {
    return new GatewayPort(handler);
  }

  int number() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  JsonStream open(String... headers) throws IOException {
    return JsonStream.open(number(), "/v3/watch", headers);
  }

  @Override
  public void close() {
    server.close().syncUninterruptibly();
    loops.close();
    readPool.close();
  }
}
