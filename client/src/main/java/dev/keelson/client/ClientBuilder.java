package dev.keelson.client;

import dev.keelson.client.ClientConfig.Timing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** Says where the cluster is and how the client is to behave. Not thread-safe. */
public final class ClientBuilder {
  private EndpointSource endpoints = EndpointSource.of(List.of());
  private @Nullable Tls tls;
  private @Nullable Credentials credentials;
  private Timing timing = Timing.standard();
  private @Nullable Executor executor;
  private ClientObserver observer = ClientObserver.NONE;
  private Namespace namespace = Namespace.NONE;

  ClientBuilder() {}

  /** The members' client ports: {@code host:port}, or URLs of scheme http or https. */
  public ClientBuilder endpoints(String... fixed) {
    return endpoints(EndpointSource.of(List.of(fixed)));
  }

  public ClientBuilder endpoints(List<String> fixed) {
    return endpoints(EndpointSource.of(fixed));
  }

  public ClientBuilder endpoints(EndpointSource source) {
    this.endpoints = source;
    return this;
  }

  /** Endpoints are asked for again so often; by default each minute. */
  public ClientBuilder endpointRefresh(Duration interval) {
    timing =
        new Timing(
            timing.call(),
            timing.readAttempt(),
            timing.keepAlive(),
            timing.keepAliveTimeout(),
            positive(interval));
    return this;
  }

  /** All connections use TLS. */
  public ClientBuilder tls(Tls material) {
    this.tls = material;
    return this;
  }

  public ClientBuilder credentials(String user, String password) {
    this.credentials = new Credentials(user, password);
    return this;
  }

  /** Every key is put under this prefix, and only keys under it are seen. */
  public ClientBuilder namespace(String prefix) {
    this.namespace = new Namespace(Bytes.of(prefix));
    return this;
  }

  /** How long a call may take, repetitions included; by default 15 s. */
  public ClientBuilder callTimeout(Duration limit) {
    timing =
        new Timing(
            positive(limit),
            timing.readAttempt(),
            timing.keepAlive(),
            timing.keepAliveTimeout(),
            timing.endpointRefresh());
    return this;
  }

  /** How long one member may take to answer a read before another is asked; by default 5 s. */
  public ClientBuilder readAttemptTimeout(Duration limit) {
    timing =
        new Timing(
            timing.call(),
            positive(limit),
            timing.keepAlive(),
            timing.keepAliveTimeout(),
            timing.endpointRefresh());
    return this;
  }

  /**
   * A connection in use that was silent for so long is probed, and given up when the probe is not
   * answered in time; by default after 10 s, within 5 s. Servers refuse probes that come more often
   * than every 5 s.
   */
  public ClientBuilder keepAlive(Duration silence, Duration timeout) {
    timing =
        new Timing(
            timing.call(),
            timing.readAttempt(),
            positive(silence),
            positive(timeout),
            timing.endpointRefresh());
    return this;
  }

  /**
   * Runs listeners, subscribers and what depends on futures; is not shut down by the client. By
   * default a virtual thread for each task where the JVM has them, otherwise the JVM's common pool,
   * which listeners then should not block.
   */
  public ClientBuilder executor(Executor callbacks) {
    this.executor = callbacks;
    return this;
  }

  public ClientBuilder observer(ClientObserver hears) {
    this.observer = hears;
    return this;
  }

  /** Asks the source for endpoints; does not wait for a connection. */
  public KeelsonClient build() {
    Executor callbacks = executor == null ? defaultExecutor() : executor;
    var config = new ClientConfig(endpoints, tls, credentials, timing, callbacks, observer);
    return new KeelsonClient(new Calls(config), namespace);
  }

  private static Duration positive(Duration duration) {
    if (duration.isZero() || duration.isNegative()) {
      throw new IllegalArgumentException("not positive: " + duration);
    }
    return duration;
  }

  /** Virtual threads came after release 17, so they are looked up by name. */
  private static Executor defaultExecutor() {
    try {
      var method =
          MethodHandles.publicLookup()
              .findStatic(
                  java.util.concurrent.Executors.class,
                  "newVirtualThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class));
      return (ExecutorService) method.invokeExact();
    } catch (NoSuchMethodException e) {
      return new CompletableFuture<Void>().defaultExecutor();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
