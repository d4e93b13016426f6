package dev.keelson.server.rpc;

import dev.keelson.server.http.ApiVersions;
import dev.keelson.server.http.HealthEndpoint;
import dev.keelson.server.http.HealthReads;
import dev.keelson.server.http.HttpEndpoint;
import dev.keelson.server.http.HttpRoutes;
import dev.keelson.server.http.ProbeEndpoint;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.InternalNettyServerBuilder;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * Where clients are served: gRPC and HTTP/1.1 on the same addresses, told apart by a connection's
 * first bytes. A few event loops ("keelson-client-N") carry all connections; nothing that runs on
 * them blocks.
 */
public final class ClientPort implements AutoCloseable {
  /** What etcd's gRPC library takes on top of max-request-bytes (P1). */
  private static final int MESSAGE_OVERHEAD_BYTES = 512 << 10;

  /**
   * Messages are refused by their announced size before the gRPC library sees them. Compressed ones
   * can grow beyond it then; with this much room most of those are refused in etcd's words too.
   */
  private static final int MESSAGE_HEADROOM_BYTES = 4 << 20;

  private static final int FLOW_CONTROL_WINDOW_BYTES = 2 << 20;
  private static final int MAX_METADATA_BYTES = 64 << 10;
  private static final int ACCEPT_BACKLOG = 1_024;
  private static final long MIN_KEEPALIVE_SECONDS = 1;
  private static final long KEEPALIVE_HOURS = 2;
  private static final long KEEPALIVE_TIMEOUT_SECONDS = 20;

  /** Streams that one connection may reset within the window below: cancelling is cheap to do. */
  private static final int MAX_RESETS = 10_000;

  private static final int RESET_WINDOW_SECONDS = 10;

  private static final int LOOKS_IN_ELECTION_TIMEOUT = 4;

  /** Calls under way get this long to finish. */
  private static final long CLOSE_GRACE_MILLIS = 1_000;

  /** The gRPC library's accounts of connections and streams that any client can end badly. */
  private static final List<Logger> NOISE =
      List.of(
          Logger.getLogger("io.grpc.netty.NettyServerTransport.connections"),
          Logger.getLogger("io.grpc.netty.NettyServerHandler"));

  private final Server server;
  private final EventLoops loops;
  private final ReadPool readPool;
  private final OpenStreams streams;

  private ClientPort(Server server, EventLoops loops, ReadPool readPool, OpenStreams streams) {
    this.server = server;
    this.loops = loops;
    this.readPool = readPool;
    this.streams = streams;
  }

  /**
   * Listens on all addresses and serves from then on.
   *
   * @throws IOException if an address cannot be bound
   */
  public static ClientPort start(ClientPortConfig config, RpcDependencies dependencies)
      throws IOException {
    NOISE.forEach(logger -> logger.setLevel(Level.OFF));
    var budget = config.budget();
    var failure = dependencies.failure();
    UncaughtExceptionHandler bugs = (thread, bug) -> failure.memberFailed(thread.getName(), bug);
    var loops = EventLoops.start(config.eventLoopThreads(), bugs);
    var readPool =
        new ReadPool(
            config.readThreads(), budget.maxQueuedRangeReads(), dependencies.views(), bugs);
    long electionTimeoutMillis = config.streams().electionTimeoutMillis();
    var streams =
        new OpenStreams(
            dependencies.replica()::status, dependencies.clock(), electionTimeoutMillis);
    var environment =
        new CallEnvironment(
            new CallGate(dependencies.replica()::status),
            new Admission(budget),
            readPool,
            new FailureLog(dependencies.clock(), failure),
            streams,
            dependencies.monitoring().calls(),
            Access.of(dependencies),
            config.limits().maxRequestBytes() + MESSAGE_OVERHEAD_BYTES);
    var services = services(config, dependencies, environment);
    var unknown =
        new UnknownMethods(
            services.stream()
                .map(service -> service.getServiceDescriptor().getName())
                .collect(Collectors.toSet()));
    var lanes = new CallLanes(dependencies.views());
    dependencies.monitoring().calls().waitingIn(lanes::depth);
    var gateway = new JsonGateway(services, unknown, lanes, environment);
    var protocols =
        new ClientProtocols(
            lanes,
            environment,
            httpRoutes(config, dependencies, gateway)::serve,
            config.sniffTimeoutMillis());
    var builder = newBuilder(config, protocols, loops).fallbackHandlerRegistry(unknown);
    services.forEach(builder::addService);
    var port = new ClientPort(builder.build(), loops, readPool, streams);
    try {
      port.server.start();
      long lookMillis = Math.max(1, electionTimeoutMillis / LOOKS_IN_ELECTION_TIMEOUT);
      loops.repeat(lookMillis, streams::look);
    } catch (IOException e) {
      port.close();
      throw e;
    }
    return port;
  }

  /** Where it listens, in the order of the configuration, with the ports that were taken. */
  public List<InetSocketAddress> addresses() {
    return server.getListenSockets().stream().map(InetSocketAddress.class::cast).toList();
  }

  /** Runs something on each event loop; on how many. */
  public int onEventLoops(Runnable task) {
    int given = 0;
    for (var loop : loops.group()) {
      loop.execute(task);
      given++;
    }
    return given;
  }

  /** Takes no more calls, and ends those under way; to be closed still. */
  public void breakOff() {
    server.shutdownNow();
  }

  /** Takes no more calls, waits a moment for those under way, and closes every connection. */
  @Override
  public void close() {
    server.shutdown();
    streams.endAll();
    try {
      if (!server.awaitTermination(CLOSE_GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(CLOSE_GRACE_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    readPool.close();
    loops.close();
  }

  private static NettyServerBuilder newBuilder(
      ClientPortConfig config, ClientProtocols protocols, EventLoops loops) {
    var builder =
        NettyServerBuilder.forAddress(
            config.addresses().getFirst(), InternalNettyServerCredentials.create(protocols));
    config.addresses().stream().skip(1).forEach(builder::addListenAddress);
    builder
        .channelType(loops.channelType())
        .bossEventLoopGroup(loops.group())
        .workerEventLoopGroup(loops.group())
        .withOption(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
        .withChildOption(ChannelOption.TCP_NODELAY, true)
        .directExecutor()
        // The sniffer has a timeout of its own, and HTTP/1.1 never completes gRPC's handshake.
        .handshakeTimeout(Long.MAX_VALUE, TimeUnit.MILLISECONDS)
        .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
        .maxInboundMessageSize(
            config.limits().maxRequestBytes() + MESSAGE_OVERHEAD_BYTES + MESSAGE_HEADROOM_BYTES)
        .maxInboundMetadataSize(MAX_METADATA_BYTES)
        .maxConcurrentCallsPerConnection(config.limits().maxConcurrentStreams())
        .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
        .keepAliveTime(KEEPALIVE_HOURS, TimeUnit.HOURS)
        .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        // API servers and shells ping every few seconds, with no call under way too.
        .permitKeepAliveTime(MIN_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true);
    InternalNettyServerBuilder.setStatsEnabled(builder, false);
    InternalNettyServerBuilder.setTracingEnabled(builder, false);
    return builder;
  }

  private static HttpRoutes httpRoutes(
      ClientPortConfig config, RpcDependencies dependencies, JsonGateway gateway) {
    var reads =
        new HealthReads(
            dependencies.replica(),
            dependencies.views(),
            dependencies.alarms(),
            dependencies.failure(),
            dependencies.monitoring().standstill());
    var endpoints = new HashMap<String, HttpEndpoint>(ProbeEndpoint.routes(reads));
    endpoints.put("/health", new HealthEndpoint(reads, dependencies.monitoring().health()));
    endpoints.put("/metrics", dependencies.monitoring().endpoint());
    endpoints.put("/version", ApiVersions::answer);
    return new HttpRoutes(endpoints, Map.of("/v3/", gateway, "/v3beta/", gateway), config.http());
  }

  private static List<ServerServiceDefinition> services(
      ClientPortConfig config, RpcDependencies dependencies, CallEnvironment environment) {
    var headers = new ResponseHeaders(dependencies.identity(), dependencies.replica()::status);
    var limits = config.limits();
    var access = environment.access();
    var kv =
        new KvService(
            dependencies,
            headers,
            new TxnValidator(limits.maxTxnOps()),
            limits.maxRequestBytes(),
            access);
    var leases = new LeaseService(dependencies, headers, access);
    var sessions = new SessionLeases(leases);
    var watch = dependencies.leases().watch();
    var reads = new LinearizableReads(dependencies.replica(), environment.readPool());
    return List.of(
        kv.bind(environment),
        leases.bind(environment),
        new LockService(kv, sessions, watch).bind(environment),
        new ElectionService(kv, sessions, watch, reads, headers, access).bind(environment),
        new ClusterService(dependencies, headers, access).bind(environment),
        new MaintenanceService(dependencies, headers, access).bind(environment),
        new AuthService(dependencies, headers, access).bind(environment),
        new WatchService(
                dependencies.watch(),
                headers,
                limits.maxRequestBytes() + MESSAGE_OVERHEAD_BYTES,
                access)
            .bind(environment),
        new HealthService().bind(environment));
  }
}
