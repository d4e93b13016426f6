package dev.keelson.server;

import static java.util.Objects.requireNonNull;

import dev.keelson.raft.Message;
import dev.keelson.raft.RaftStatus;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.compaction.AutoCompactor;
import dev.keelson.server.config.MemberUrl;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.http.ApiVersions;
import dev.keelson.server.http.HealthMeasures;
import dev.keelson.server.metrics.MemberMetrics;
import dev.keelson.server.metrics.MetricSources;
import dev.keelson.server.rpc.CallMeasures;
import dev.keelson.server.rpc.ClientPort;
import dev.keelson.server.rpc.ClientPortConfig;
import dev.keelson.server.rpc.Monitoring;
import dev.keelson.server.rpc.StreamTiming;
import dev.keelson.server.scrub.DamageFoundException;
import dev.keelson.server.scrub.Scrub;
import dev.keelson.server.space.DiskWatch;
import dev.keelson.server.space.SpaceGuard;
import dev.keelson.server.time.Clock;
import dev.keelson.server.time.SystemClock;
import dev.keelson.server.transport.MemberQuery;
import dev.keelson.server.transport.MemberTransport;
import dev.keelson.server.transport.NettyPeerTransport;
import dev.keelson.server.transport.TransportConfig;
import dev.keelson.server.watchdog.Watchdog;
import dev.keelson.server.watchdog.WatchedWorkers;
import dev.keelson.storage.wal.WalException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running member. {@link #start} wires everything, {@link #close} undoes it in reverse order. A
 * member that fails inside closes itself and says why in {@link #awaitTermination}. Thread-safe.
 */
public final class KeelsonServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KeelsonServer.class);

  /** How long a removed member still answers, and helps another one to lead. */
  private static final long REMOVED_STAYS_MILLIS = 1_000;

  private static final String WATCHDOG = "keelson-watchdog";
  private static final String SCRUB = "keelson-scrub";

  /** Who gets nowhere for so long is told of; a slow disk alone is not a standstill yet. */
  private static final long LEAST_PATIENCE_SECONDS = 10;

  private static final long STALLED_ELECTIONS = 10;

  private final ServerConfig config;
  private final Clock clock = new SystemClock();
  private final MachineRandom random = new MachineRandom();
  private final Machine machine;
  private final WatchedWorkers workers;
  private final Closing closing = new Closing();
  private final CompletableFuture<MemberStop> stop = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final AtomicBoolean expelled = new AtomicBoolean();
  private volatile boolean killed;
  private @Nullable NettyPeerTransport transport;
  private @Nullable MemberCore core;
  private @Nullable ClientPort clientPort;

  private KeelsonServer(ServerConfig config, Machine machine) {
    this.config = config;
    this.machine = machine;
    this.workers = new WatchedWorkers(machine.workers());
  }

  /**
   * Starts a member and returns when it listens; it may not have a leader yet.
   *
   * @throws StartException with one line for the operator; nothing is left open or changed then
   */
  public static KeelsonServer start(ServerConfig config) throws StartException {
    return start(config, Machine.own(config));
  }

  /** The same on another machine than the JVM's own. */
  public static KeelsonServer start(ServerConfig config, Machine machine) throws StartException {
    var server = new KeelsonServer(config, machine);
    try {
      server.open();
      return server;
    } catch (RemovedException e) {
      // Not a fault (MB13): the process says so and leaves.
      log.warn(e.getMessage());
      server.stop.complete(new MemberStop.Removed());
      server.shutDown();
      return server;
    } catch (StartException | RuntimeException e) {
      server.closing.close();
      throw e;
    } finally {
      server.closing.complete();
    }
  }

  /**
   * Waits until it is known how the member ends, which it may not have done yet: a part that hangs
   * keeps it from being closed.
   */
  public MemberStop awaitStop() throws InterruptedException {
    try {
      return stop.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("it ends without an exception", e);
    }
  }

  /** Whether everything was let go of, now or within this time. */
  public boolean awaitClosed(Duration atMost) throws InterruptedException {
    try {
      closed.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("it ends without an exception", e);
    }
  }

  /** Waits until the member was closed, by somebody or by its own failure. */
  public MemberStop awaitTermination() throws InterruptedException {
    var result = stop.thenCombine(closed, (how, _) -> how);
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("neither part ends with an exception", e);
    }
  }

  /** Stops serving, makes what is applied durable, and lets go of everything. */
  @Override
  public void close() {
    if (stop.complete(new MemberStop.Closed())) {
      shutDown();
    } else {
      closed.join();
    }
  }

  /**
   * Ends the member without any of the courtesies of {@link #close}: it does not hand over its
   * office, and calls under way are broken off.
   */
  public void kill() {
    killed = true;
    close();
  }

  /** Whether it was neither closed nor has it stopped by itself. */
  public boolean isRunning() {
    return !stop.isDone();
  }

  /** What the member knows of its cluster at the moment. */
  public RaftStatus status() {
    return core().replica().status();
  }

  /** Whether this member is connected to all the others, and every one has told its addresses. */
  public boolean knowsAll() {
    var members = core().store().members().table().members();
    return members.stream().allMatch(Member::isStarted) && isConnectedToAll();
  }

  private boolean isConnectedToAll() {
    long self = core().identity().memberId();
    return core().store().members().table().members().stream()
        .allMatch(peer -> peer.id() == self || transport().isConnected(peer.id(), Duration.ZERO));
  }

  /**
   * Stands for leadership now instead of waiting until it misses a leader, as if a former one had
   * asked for it (dissertation 3.10). For members that are started together and have none yet.
   *
   * @return whether it did: not before it is connected to all, nor where there is a leader
   */
  public boolean stand() {
    var status = status();
    if (status.hasLeader() || !isConnectedToAll()) {
      return false;
    }
    status.configuration().voters().stream()
        .filter(peer -> peer != status.id())
        .findFirst()
        .ifPresent(
            peer ->
                core()
                    .replica()
                    .onMessage(new Message.TimeoutNow(peer, status.id(), status.term())));
    return true;
  }

  /**
   * Runs something on each thread that serves sockets; as long as it takes, that one does not.
   *
   * @return on how many
   */
  public int onEventLoops(Runnable task) {
    int clients = requireNonNull(clientPort, "set when the member has started").onEventLoops(task);
    return transport().onEventLoop(task) ? clients + 1 : clients;
  }

  private MemberCore core() {
    return requireNonNull(core, "set when the member has started");
  }

  private void shutDown() {
    closing.close();
    closed.complete(null);
  }

  /** On a thread of its own; perhaps while the member is still being opened. */
  private void shutDownByItself() {
    Thread.ofPlatform()
        .name("keelson-stop")
        .start(
            () -> {
              closing.awaitComplete();
              shutDown();
            });
  }

  /** A thread ended that the member cannot be without. */
  private void memberFailed(String thread, Throwable cause) {
    if (stop.complete(new MemberStop.Failed(thread, cause))) {
      log.error("member failed thread={}: stopping", thread, cause);
      shutDownByItself();
    }
  }

  /** The cluster wants us no more. What is on its way to clients leaves before we do (MB12). */
  private void expelled(MemberStop how, long delayMillis) {
    if (!expelled.compareAndSet(false, true)) {
      return;
    }
    switch (how) {
      case MemberStop.Replaced(var detail) ->
          log.error("member stops: {}; its data directory is not the one it had", detail);
      case MemberStop.Removed _ ->
          log.warn(
              "member was removed from the cluster for good and stops; delete its data directory"
                  + " {} before it is added again",
              config.identity().dataDir());
      case MemberStop.Closed _, MemberStop.Failed _ -> {}
    }
    CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              if (stop.complete(how)) {
                shutDownByItself();
              }
            });
  }

  private void open() throws StartException {
    var opened = MemberCore.open(config, machine.tuning(), surroundings());
    core = opened;
    closing.add(opened);
    listenToPeers(opened);
    watchDisk(opened.space());
    var scrub = scrub(opened);
    startAutoCompaction(opened);
    var watchdog = watchdog();
    startClientPort(opened, monitoring(opened, watchdog, scrub));
    closing.add(watchdog);
    watchdog.start();
    closing.add(scrub);
    scrub.start();
    long electionNanos = TimeUnit.MILLISECONDS.toNanos(config.timing().electionTimeoutMillis());
    var handOver = new HandOver(opened.replica(), electionNanos, clock);
    closing.add(() -> leaveInOrder(handOver));
    var identity = opened.identity();
    log.info(
        "serving member={} name={} cluster={} clients={} peers={}",
        Long.toHexString(identity.memberId()),
        config.identity().name(),
        Long.toHexString(identity.clusterId()),
        config.listeners().listenClientUrls(),
        config.listeners().listenPeerUrls());
  }

  private void leaveInOrder(HandOver handOver) {
    if (killed || hasFailed()) {
      // Whoever has failed serves nobody any more (1.7), but others may lead the sooner.
      requireNonNull(clientPort, "opened before").breakOff();
    }
    if (!killed) {
      handOver.close();
    }
  }

  private boolean hasFailed() {
    return stop.getNow(new MemberStop.Closed()) instanceof MemberStop.Failed;
  }

  private MemberCore.Surroundings surroundings() {
    return new MemberCore.Surroundings(
        clock,
        SystemClock::epochSeconds,
        random,
        workers,
        machine.disk(),
        machine.engines(),
        MemberQuery::ask,
        this::transport,
        machine.space(),
        new Events());
  }

  /** On any thread of the member. */
  private final class Events implements MemberCore.Events {
    @Override
    public void memberFailed(String worker, Throwable cause) {
      KeelsonServer.this.memberFailed(worker, cause);
    }

    @Override
    public void memberRemoved() {
      expelled(new MemberStop.Removed(), REMOVED_STAYS_MILLIS);
    }

    @Override
    public void memberExpelled(MemberStop how) {
      expelled(how, 0);
    }
  }

  private MemberTransport transport(ServerIdentity identity, Supplier<MemberTable> members) {
    var opened =
        new NettyPeerTransport(
            identity,
            transportConfig(config),
            members,
            clock,
            random,
            (thread, bug) -> memberFailed(thread.getName(), bug));
    transport = opened;
    return machine.peers().outgoing(identity.memberId(), opened);
  }

  static TransportConfig transportConfig(ServerConfig config) {
    return TransportConfig.defaults(urls(config.listeners().listenPeerUrls()), ApiVersions.SERVER)
        .withSnapshotBytesPerSecond(config.resources().snapshotSendBytesPerSecond());
  }

  private Watchdog watchdog() {
    long electionSeconds = config.timing().electionTimeoutMillis() / 1_000;
    return new Watchdog(
        workers,
        this::onEventLoops,
        Math.max(LEAST_PATIENCE_SECONDS, STALLED_ELECTIONS * electionSeconds),
        cause -> memberFailed(WATCHDOG, cause),
        machine.workers().worker(WATCHDOG));
  }

  private void watchDisk(SpaceGuard space) {
    var watch =
        new DiskWatch(
            machine.space(),
            space,
            cause -> memberFailed("keelson-disk", cause),
            workers.worker("keelson-disk"));
    closing.add(watch);
    watch.start();
  }

  private NettyPeerTransport transport() {
    return requireNonNull(transport, "made while the core is opened");
  }

  private void listenToPeers(MemberCore core) throws StartException {
    var voices = machine.peers().incoming(core.identity().memberId(), core.voices());
    try {
      transport().start(voices, core.incoming());
    } catch (IOException e) {
      throw new StartException("--listen-peer-urls: " + e.getMessage(), e);
    }
  }

  private void startAutoCompaction(MemberCore core) {
    closing.add(
        AutoCompactor.start(
            config.autoCompaction(),
            core.replica(),
            () -> core.store().current().revision(),
            clock,
            cause -> memberFailed("keelson-autocompact", cause),
            workers));
  }

  private Scrub scrub(MemberCore core) {
    var setting = config.resources().scrub();
    return new Scrub(
        new Scrub.Parts(core.store(), core::auditLog, clock, random),
        new Scrub.Pace(setting.intervalNanos(), setting.bytesPerSecond()),
        cause -> scrubFailed(core, cause),
        workers.worker(SCRUB));
  }

  /**
   * What is damaged stays so. A start reads the whole log, and will come upon it by itself; of the
   * store it might not: that is written down.
   */
  private void scrubFailed(MemberCore core, Throwable cause) {
    if (cause instanceof DamageFoundException && !(cause.getCause() instanceof WalException)) {
      try {
        core.verdict().set(String.valueOf(cause.getMessage()));
      } catch (IOException e) {
        log.error("cannot note in the data directory that it is damaged", e);
      }
    }
    memberFailed(SCRUB, cause);
  }

  private Monitoring monitoring(MemberCore core, Watchdog watchdog, Scrub scrub) {
    var calls = new CallMeasures();
    var health = new HealthMeasures();
    var metrics =
        new MemberMetrics(
            new MetricSources(
                core.identity(),
                core.stages(),
                core.store(),
                core.space(),
                core.leases()::stats,
                core.watch()::stats,
                transport()::stats,
                calls,
                health,
                watchdog::standstills,
                scrub));
    closing.add(metrics);
    return new Monitoring(calls, health, metrics, watchdog::reason);
  }

  private void startClientPort(MemberCore core, Monitoring monitoring) throws StartException {
    List<InetSocketAddress> addresses =
        config.listeners().listenClientUrls().stream().map(MemberUrl::socketAddress).toList();
    var streams = new StreamTiming(config.timing().electionTimeoutMillis());
    var portConfig = ClientPortConfig.of(addresses, config.limits(), streams, config.http());
    try {
      var port = ClientPort.start(portConfig, core.services(monitoring));
      clientPort = port;
      closing.add(port);
    } catch (IOException e) {
      throw new StartException("--listen-client-urls: " + e.getMessage(), e);
    }
    core.publish();
  }

  private static List<String> urls(List<MemberUrl> urls) {
    return urls.stream().map(MemberUrl::toString).toList();
  }
}
