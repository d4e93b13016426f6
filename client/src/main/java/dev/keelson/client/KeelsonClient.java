package dev.keelson.client;

/**
 * A client of a cluster. It has one thread, one connection to each member, and keeps both until it
 * is closed. Build one for a program and share it. Thread-safe.
 *
 * <pre>{@code
 * try (var client = KeelsonClient.connect("10.0.0.1:2379", "10.0.0.2:2379", "10.0.0.3:2379")) {
 *   client.kv().put("greeting", "hello");
 * }
 * }</pre>
 */
public final class KeelsonClient implements AutoCloseable {
  private final Calls calls;
  private final boolean owner;
  private final Namespace namespace;
  private final WatchStreams streams;
  private final LeaseKeeper keeper;
  private final Kv kv;

  KeelsonClient(Calls calls, Namespace namespace) {
    this(calls, new WatchStreams(calls), new LeaseKeeper(calls), namespace, true);
  }

  private KeelsonClient(
      Calls calls, WatchStreams streams, LeaseKeeper keeper, Namespace namespace, boolean owner) {
    this.calls = calls;
    this.streams = streams;
    this.keeper = keeper;
    this.owner = owner;
    this.namespace = namespace;
    this.kv = new Kv(calls, new Requests(namespace, calls.config().timing().call()));
  }

  public static ClientBuilder builder() {
    return new ClientBuilder();
  }

  /** A client of these members with default settings. */
  public static KeelsonClient connect(String... endpoints) {
    return builder().endpoints(endpoints).build();
  }

  public Kv kv() {
    return kv;
  }

  public Watches watches() {
    return new Watches(streams, namespace);
  }

  public Leases leases() {
    return new Leases(calls, keeper, kv, namespace);
  }

  public Cluster cluster() {
    return new Cluster(calls);
  }

  public Maintenance maintenance() {
    return new Maintenance(calls);
  }

  /**
   * The same client with its keys under a further prefix. It shares everything with this one and
   * ends with it; closing it does nothing.
   */
  public KeelsonClient namespace(String prefix) {
    return new KeelsonClient(calls, streams, keeper, namespace.within(Bytes.of(prefix)), false);
  }

  /**
   * Ends every call, watch and connection, and the thread. Leases that were kept alive end by
   * themselves when their time is over: close them first to give them back at once.
   */
  @Override
  public void close() {
    if (owner) {
      streams.close();
      keeper.close();
      calls.close();
    }
  }
}
