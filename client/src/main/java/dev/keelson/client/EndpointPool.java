package dev.keelson.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The members' endpoints in turn; those that failed lately only when no other is left. Thread-safe.
 */
final class EndpointPool implements AutoCloseable {
  private static final Logger LOG = System.getLogger(EndpointPool.class.getName());
  private static final int WINDOW_BYTES = 1 << 20;

  private final ClientConfig config;
  private final IoLoop loop;
  private final @Nullable SslContext tls;
  private final AtomicInteger turn = new AtomicInteger();
  private volatile List<Endpoint> endpoints;
  private volatile boolean closed;

  EndpointPool(ClientConfig config, IoLoop loop) {
    this.config = config;
    this.loop = loop;
    this.tls = config.tls() == null ? null : config.tls().context();
    List<String> names = config.endpoints().endpoints();
    if (names.isEmpty()) {
      throw new IllegalArgumentException("a client needs an endpoint");
    }
    endpoints = merged(List.of(), names);
  }

  /** Asks for the endpoints again from time to time. */
  void refreshRegularly() {
    loop.after(config.timing().endpointRefresh(), this::refreshAside);
  }

  int size() {
    return endpoints.size();
  }

  List<Endpoint> all() {
    return endpoints;
  }

  /** The next in turn that does not rest; if all do, the one whose rest ends first. */
  Endpoint next() {
    List<Endpoint> all = endpoints;
    long now = loop.nanoTime();
    int start = turn.getAndIncrement();
    Endpoint best = all.get(Math.floorMod(start, all.size()));
    for (int i = 0; i < all.size() && best.restNanos(now) > 0; i++) {
      Endpoint candidate = all.get(Math.floorMod(start + i, all.size()));
      if (candidate.restNanos(now) < best.restNanos(now)) {
        best = candidate;
      }
    }
    return best;
  }

  /** The endpoint of this name, which a call insists on. */
  Endpoint named(String name) {
    String wanted = Address.parse(name).authority();
    return endpoints.stream()
        .filter(endpoint -> endpoint.name().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " is not one of " + endpoints));
  }

  private void refreshAside() {
    try {
      config.executor().execute(this::refresh);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.WARNING, "endpoints not refreshed: the executor refuses work");
    }
  }

  private void refresh() {
    List<String> names = List.of();
    try {
      names = config.endpoints().endpoints();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "endpoints not refreshed: {0}", e.getMessage());
    }
    List<String> found = names;
    loop.execute(() -> replace(found));
  }

  private void replace(List<String> names) {
    if (closed) {
      return;
    }
    if (!names.isEmpty()) {
      List<Endpoint> before = endpoints;
      List<Endpoint> after = merged(before, names);
      endpoints = after;
      // Calls under way there may finish.
      before.stream().filter(one -> !after.contains(one)).forEach(one -> one.channel().shutdown());
    }
    refreshRegularly();
  }

  private List<Endpoint> merged(List<Endpoint> known, List<String> names) {
    Map<String, Endpoint> byName = new LinkedHashMap<>();
    known.forEach(one -> byName.put(one.name(), one));
    var result = new ArrayList<Endpoint>();
    for (String name : names) {
      Address address = Address.parse(name);
      Endpoint one = byName.get(address.authority());
      if (one == null) {
        one = new Endpoint(address.authority(), connect(address), loop.nanoTime());
        byName.put(one.name(), one);
      }
      if (!result.contains(one)) {
        result.add(one);
      }
    }
    return List.copyOf(result);
  }

  private ManagedChannel connect(Address address) {
    Duration keepAlive = config.timing().keepAlive();
    var builder =
        NettyChannelBuilder.forTarget("dns:///" + address.authority())
            .eventLoopGroup(loop.group())
            .channelType(NioSocketChannel.class)
            .directExecutor()
            .offloadExecutor(config.executor())
            .disableServiceConfigLookUp()
            .maxTraceEvents(0)
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .flowControlWindow(WINDOW_BYTES)
            .keepAliveTime(keepAlive.toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(config.timing().keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveWithoutCalls(false);
    SslContext context = tls;
    if (context == null) {
      if (address.secure()) {
        throw new IllegalArgumentException(address + " asks for TLS, which is not configured");
      }
      return builder.usePlaintext().build();
    }
    String serverName = config.tls() == null ? null : config.tls().serverName();
    if (serverName != null) {
      builder.overrideAuthority(serverName);
    }
    return builder.sslContext(context).build();
  }

  @Override
  public void close() {
    closed = true;
    endpoints.forEach(Endpoint::close);
  }

  /** Returns when the connections are gone, or the wait is over. */
  void awaitClosed(Duration limit) {
    long deadline = loop.nanoTime() + limit.toNanos();
    try {
      for (Endpoint one : endpoints) {
        long left = Math.max(0, deadline - loop.nanoTime());
        if (!one.channel().awaitTermination(left, TimeUnit.NANOSECONDS)) {
          LOG.log(Level.WARNING, "the connection to {0} did not close in time", one);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Where a member listens.
   *
   * @param authority {@code host:port}
   */
  private record Address(String authority, boolean secure) {
    static Address parse(String text) {
      boolean secure = text.startsWith("https://");
      String rest = text.replaceFirst("^https?://", "");
      String authority = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
      if (!authority.matches(".+:\\d+")) {
        throw new IllegalArgumentException("not an endpoint (host:port): " + text);
      }
      return new Address(authority, secure);
    }
  }
}
