package dev.keelson.server;

import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RaftNode;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.apply.MemberRegister;
import dev.keelson.server.apply.StateComparison;
import dev.keelson.server.apply.Upkeep;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.ReconfigurationRules;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.compaction.AutoCompactor;
import dev.keelson.server.config.MemberUrl;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.http.ApiVersions;
import dev.keelson.server.http.HealthMeasures;
import dev.keelson.server.lease.LeaseKeeper;
import dev.keelson.server.metrics.MemberMetrics;
import dev.keelson.server.metrics.MetricSources;
import dev.keelson.server.replica.ApplyStage;
import dev.keelson.server.replica.DurabilityGate;
import dev.keelson.server.replica.LogKeeping;
import dev.keelson.server.replica.PendingProposals;
import dev.keelson.server.replica.Replica;
import dev.keelson.server.replica.ReplicaInbox;
import dev.keelson.server.replica.ReplicaLimits;
import dev.keelson.server.replica.ReplicaLoop;
import dev.keelson.server.replica.ReplicaParts;
import dev.keelson.server.replica.WalStage;
import dev.keelson.server.rpc.CallMeasures;
import dev.keelson.server.rpc.ClientPort;
import dev.keelson.server.rpc.ClientPortConfig;
import dev.keelson.server.rpc.HubKeyWatch;
import dev.keelson.server.rpc.LeaseDependencies;
import dev.keelson.server.rpc.Monitoring;
import dev.keelson.server.rpc.Reconfiguration;
import dev.keelson.server.rpc.RpcDependencies;
import dev.keelson.server.rpc.StreamTiming;
import dev.keelson.server.snapshot.IncomingSnapshots;
import dev.keelson.server.snapshot.OutgoingSnapshots;
import dev.keelson.server.space.DiskSpace;
import dev.keelson.server.space.DiskWatch;
import dev.keelson.server.space.FileSystemSpace;
import dev.keelson.server.space.QuotaRule;
import dev.keelson.server.space.SpaceGuard;
import dev.keelson.server.time.Clock;
import dev.keelson.server.time.SystemClock;
import dev.keelson.server.transport.NettyPeerTransport;
import dev.keelson.server.transport.TransportConfig;
import dev.keelson.server.watch.StoreHistory;
import dev.keelson.server.watch.WatchHub;
import dev.keelson.server.watch.WatchLimits;
import dev.keelson.server.watch.WatchWorkers;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.work.WorkerThreads;
import dev.keelson.storage.work.Workers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running member. {@link #start} wires everything, {@link #close} undoes it in reverse order. A
 * member that fails inside closes itself and says why in {@link #awaitTermination}. Thread-safe.
 */
public final class KeelsonServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KeelsonServer.class);
  private static final long FLUSH_BYTES = 64L << 20;
  private static final long FLUSH_AGE_NANOS = 30_000_000_000L;
  private static final long MAX_LAGGING_BYTES = 512L << 20;

  /** How long a removed member still answers, and helps another one to lead. */
  private static final long REMOVED_STAYS_MILLIS = 1_000;

  private final ServerConfig config;
  private final Clock clock = new SystemClock();
  private final MachineRandom random = new MachineRandom();
  private final Workers workers = new WorkerThreads();
  private final Closing closing = new Closing();
  private final CompletableFuture<MemberStop> stop = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final AtomicBoolean expelled = new AtomicBoolean();

  private KeelsonServer(ServerConfig config) {
    this.config = config;
  }

  /**
   * Starts a member and returns when it listens; it may not have a leader yet.
   *
   * @throws StartException with one line for the operator; nothing is left open or changed then
   */
  public static KeelsonServer start(ServerConfig config) throws StartException {
    var server = new KeelsonServer(config);
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

  private void shutDown() {
    closing.close();
    closed.complete(null);
  }

  /** A thread ended that the member cannot be without: it closes on a thread of its own. */
  private void memberFailed(String thread, Throwable cause) {
    if (stop.complete(new MemberStop.Failed(thread, cause))) {
      log.error("member failed thread={}: stopping", thread, cause);
      Thread.ofPlatform().name("keelson-stop").start(this::shutDown);
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
                Thread.ofPlatform().name("keelson-stop").start(this::shutDown);
              }
            });
  }

  private void open() throws StartException {
    var storage = MemberStorage.open(config, workers, this::memberFailed);
    closing.add(storage);
    var store = storage.store();
    var identity = storage.identity();
    var transport = transport(identity, store);
    closing.add(transport);
    store
        .members()
        .whenChanged(
            table -> {
              transport.membersChanged();
              if (table.isRemoved(identity.memberId())) {
                expelled(new MemberStop.Removed(), REMOVED_STAYS_MILLIS);
              }
            });
    var node = node(storage);
    var incoming = incomingSnapshots(storage);
    var watch = watchWorkers(store);
    var disk =
        new FileSystemSpace(List.of(config.identity().dataDir(), config.identity().walDir()));
    var rule = quotaRule(disk);
    var running = startReplica(node, storage, transport, incoming, rule);
    listenToPeers(transport, running, incoming);
    watchDisk(disk, running.space());
    startAutoCompaction(running.replica(), store);
    var monitoring = monitoring(identity, running, store, transport, watch.hub());
    startClientPort(identity, running, store, transport, watch.hub(), monitoring);
    log.info(
        "serving member={} name={} cluster={} clients={} peers={}",
        Long.toHexString(identity.memberId()),
        config.identity().name(),
        Long.toHexString(identity.clusterId()),
        config.listeners().listenClientUrls(),
        config.listeners().listenPeerUrls());
  }

  private NettyPeerTransport transport(ServerIdentity identity, LiveStore store) {
    var defaults =
        TransportConfig.defaults(urls(config.listeners().listenPeerUrls()), ApiVersions.SERVER);
    return new NettyPeerTransport(identity, defaults, store.members()::table, clock, random);
  }

  private RaftNode node(MemberStorage storage) {
    var wal = storage.wal();
    int heartbeatMillis = config.timing().heartbeatIntervalMillis();
    var raftConfig =
        RaftConfig.defaults(
            storage.identity().memberId(),
            config.timing().electionTimeoutMillis() / heartbeatMillis,
            1);
    var applied = storage.store().current().applied();
    var base = new SnapshotDescriptor(applied, storage.store().members().configuration());
    var state = new RestoredState(wal.hardState(), base, applied.index());
    return RaftNode.restore(raftConfig, state, wal, random);
  }

  private IncomingSnapshots incomingSnapshots(MemberStorage storage) {
    return new IncomingSnapshots(
        new IncomingSnapshots.Parts(
            storage.store(), storage.files(), MvccConfig.defaults(), storage.marker(), clock));
  }

  private WatchWorkers watchWorkers(LiveStore store) {
    var watch =
        new WatchWorkers(
            new StoreHistory(store),
            WatchLimits.of(Runtime.getRuntime().maxMemory()),
            clock,
            random.nextLong(),
            config.timing().watchProgressMillis(),
            this::memberFailed,
            workers);
    closing.add(watch);
    store.listen(watch.hub());
    return watch;
  }

  /** The log, the guard of the space it fills, and who keeps the time of leases. */
  private record Running(
      ReplicaInbox replica, SpaceGuard space, LeaseKeeper leases, MetricSources.Stages stages) {}

  private Running startReplica(
      RaftNode node,
      MemberStorage storage,
      NettyPeerTransport transport,
      IncomingSnapshots incoming,
      QuotaRule rule) {
    var timing = config.timing();
    var limits = ReplicaLimits.of(timing.heartbeatIntervalMillis(), timing.electionTimeoutMillis());
    var pending = new PendingProposals(limits.maxPendingProposals());
    var gate = new DurabilityGate(transport);
    RaftStatus status = node.status();
    var inbox =
        new ReplicaInbox(
            workers.worker("keelson-replica"),
            status,
            limits,
            pending,
            gate,
            clock,
            random.nextLong());
    var upkeep = upkeep(storage.store(), inbox);
    var space = spaceGuard(storage, rule, inbox);
    closing.add(upkeep);
    var leases = leaseKeeper(storage.store(), inbox, transport, limits);
    closing.add(leases);
    var apply =
        new ApplyStage(
            storage.store(),
            inbox,
            new ApplyStage.Followers(pending, upkeep, space, leases, comparison(storage, inbox)),
            incoming,
            this::memberFailed,
            clock,
            workers.worker("keelson-apply"));
    closing.add(apply);
    var wal =
        new WalStage(
            storage.takeWal(), inbox, storage.marker()::clear, this::memberFailed, clock, workers);
    closing.add(wal);
    var outgoing =
        new OutgoingSnapshots(
            storage.store(),
            storage.files(),
            store -> MemberRegister.load(store).orElseThrow().configuration(),
            transport,
            inbox,
            this::memberFailed,
            workers.worker("keelson-checkpoint"));
    closing.add(outgoing);
    var keeping = new LogKeeping(timing.snapshotCatchupEntries(), MAX_LAGGING_BYTES);
    var parts =
        new ReplicaParts(
            wal, apply, outgoing, transport, gate, pending, keeping, clock, this::memberFailed);
    var loop = new ReplicaLoop(node, inbox, limits, parts);
    closing.add(loop);
    upkeep.start();
    leases.start();
    loop.start();
    var stages = new MetricSources.Stages(inbox, pending, loop, wal, apply, upkeep);
    return new Running(inbox, space, leases, stages);
  }

  private static StateComparison comparison(MemberStorage storage, Replica replica) {
    return new StateComparison(
        storage.identity().memberId(),
        storage.store().members()::table,
        new ComparisonVoice(replica, storage.verdict()));
  }

  private QuotaRule quotaRule(DiskSpace disk) throws StartException {
    try {
      var rule = QuotaRule.of(config.limits().quotaBackendBytes(), disk.totalBytes());
      log.info("quota bytes={} disk={}", rule.reportedBytes(), disk.totalBytes());
      return rule;
    } catch (IOException e) {
      throw new StartException("the disk does not tell its size: " + e, e);
    }
  }

  private static SpaceGuard spaceGuard(MemberStorage storage, QuotaRule rule, Replica replica) {
    var store = storage.store();
    return new SpaceGuard(
        storage.identity().memberId(),
        rule,
        () -> store.current().storedBytes(),
        store.alarms()::raised,
        replica);
  }

  private void watchDisk(DiskSpace disk, SpaceGuard space) {
    var watch =
        new DiskWatch(
            disk,
            space,
            cause -> memberFailed("keelson-disk", cause),
            workers.worker("keelson-disk"));
    closing.add(watch);
    watch.start();
  }

  private LeaseKeeper leaseKeeper(
      LiveStore store, ReplicaInbox replica, NettyPeerTransport transport, ReplicaLimits limits) {
    long electionNanos = limits.tickNanos() * limits.electionTicks();
    return new LeaseKeeper(
        store.current(),
        replica,
        transport,
        new LeaseKeeper.Timing(clock, limits.requestTimeoutNanos(), electionNanos),
        this::memberFailed,
        random.nextLong(),
        workers.worker("keelson-lease"));
  }

  private Upkeep upkeep(LiveStore store, ReplicaInbox inbox) {
    var limits = new Upkeep.Limits(FLUSH_BYTES, config.timing().snapshotCount(), FLUSH_AGE_NANOS);
    return new Upkeep(
        store,
        limits,
        inbox::flushed,
        cause -> memberFailed("keelson-upkeep", cause),
        clock,
        workers.worker("keelson-upkeep"));
  }

  private void listenToPeers(
      NettyPeerTransport transport, Running running, IncomingSnapshots incoming)
      throws StartException {
    try {
      transport.start(
          new PeerVoices(running.replica(), running.leases(), how -> expelled(how, 0)), incoming);
    } catch (IOException e) {
      throw new StartException("--listen-peer-urls: " + e.getMessage(), e);
    }
  }

  private void startAutoCompaction(Replica replica, LiveStore store) {
    closing.add(
        AutoCompactor.start(
            config.autoCompaction(),
            replica,
            () -> store.current().revision(),
            clock,
            cause -> memberFailed("keelson-autocompact", cause),
            workers));
  }

  private Monitoring monitoring(
      ServerIdentity identity,
      Running running,
      LiveStore store,
      NettyPeerTransport transport,
      WatchHub watch) {
    var calls = new CallMeasures();
    var health = new HealthMeasures();
    var metrics =
        new MemberMetrics(
            new MetricSources(
                identity,
                running.stages(),
                store,
                running.space(),
                running.leases()::stats,
                watch::stats,
                transport::stats,
                calls,
                health));
    closing.add(metrics);
    return new Monitoring(calls, health, metrics);
  }

  private void startClientPort(
      ServerIdentity identity,
      Running running,
      LiveStore store,
      NettyPeerTransport transport,
      WatchHub watch,
      Monitoring monitoring)
      throws StartException {
    var replica = running.replica();
    List<InetSocketAddress> addresses =
        config.listeners().listenClientUrls().stream().map(MemberUrl::socketAddress).toList();
    var dependencies =
        new RpcDependencies(
            identity,
            replica,
            store::openView,
            store.members()::table,
            (revision, done) -> store.current().compactor().whenFinished(revision, done),
            new HeldStoreInsight(store),
            replica::transferLeadership,
            running.space(),
            store.alarms()::raised,
            this::memberFailed,
            new Reconfiguration(
                new ReconfigurationRules(
                    identity.memberId(),
                    config.membership().strictReconfigCheck(),
                    config.membership().maxLearners(),
                    transport::isConnected),
                replica,
                SystemClock::epochSeconds),
            watch,
            clock,
            monitoring,
            new LeaseDependencies(
                running.leases(),
                () -> store.current().revision(),
                LeaseDependencies.minTtlSeconds(
                    config.timing().heartbeatIntervalMillis(),
                    config.timing().electionTimeoutMillis()),
                random,
                new HubKeyWatch(watch)));
    var streams = new StreamTiming(config.timing().electionTimeoutMillis());
    var portConfig = ClientPortConfig.of(addresses, config.limits(), streams);
    try {
      closing.add(ClientPort.start(portConfig, dependencies));
    } catch (IOException e) {
      throw new StartException("--listen-client-urls: " + e.getMessage(), e);
    }
    var self =
        new Member(
            identity.memberId(),
            config.identity().name(),
            List.of(),
            urls(config.listeners().advertiseClientUrls()),
            false,
            identity.incarnation());
    closing.add(MemberPublisher.start(replica, self, workers));
  }

  private static List<String> urls(List<MemberUrl> urls) {
    return urls.stream().map(MemberUrl::toString).toList();
  }
}
