package dev.keelson.server;

import dev.keelson.raft.LogReader;
import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RaftNode;
import dev.keelson.raft.RandomSource;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.apply.MemberRegister;
import dev.keelson.server.apply.StateComparison;
import dev.keelson.server.apply.Upkeep;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ReconfigurationRules;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.config.MemberUrl;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.lease.LeaseKeeper;
import dev.keelson.server.metrics.MetricSources;
import dev.keelson.server.replica.ApplyStage;
import dev.keelson.server.replica.DurabilityGate;
import dev.keelson.server.replica.LogKeeping;
import dev.keelson.server.replica.MemberFailure;
import dev.keelson.server.replica.PendingProposals;
import dev.keelson.server.replica.ReplicaInbox;
import dev.keelson.server.replica.ReplicaLimits;
import dev.keelson.server.replica.ReplicaLoop;
import dev.keelson.server.replica.ReplicaParts;
import dev.keelson.server.replica.WalStage;
import dev.keelson.server.rpc.AuthDependencies;
import dev.keelson.server.rpc.HubKeyWatch;
import dev.keelson.server.rpc.LeaseDependencies;
import dev.keelson.server.rpc.Monitoring;
import dev.keelson.server.rpc.Reconfiguration;
import dev.keelson.server.rpc.RpcDependencies;
import dev.keelson.server.snapshot.IncomingSnapshots;
import dev.keelson.server.snapshot.OutgoingSnapshots;
import dev.keelson.server.space.DiskSpace;
import dev.keelson.server.space.QuotaRule;
import dev.keelson.server.space.SpaceGuard;
import dev.keelson.server.time.Clock;
import dev.keelson.server.transport.MemberTransport;
import dev.keelson.server.transport.PeerListener;
import dev.keelson.server.watch.StoreHistory;
import dev.keelson.server.watch.WatchHub;
import dev.keelson.server.watch.WatchWorkers;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.mvcc.engine.EngineFactory;
import dev.keelson.storage.wal.WalAudit;
import dev.keelson.storage.work.Workers;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member without sockets: its log, its state machine and all stages between them, wired to
 * whatever surrounds it. In production those are threads, the disk, RocksDB and Netty; in a
 * simulation models of them. It works as soon as it is open, and hears peers when they are led to
 * {@link #voices} and {@link #incoming}.
 */
public final class MemberCore implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MemberCore.class);

  private final ServerConfig config;
  private final MemberTuning tuning;
  private final Surroundings around;
  private final Closing closing;
  private final MemberStorage storage;
  private final AuthDependencies auth;
  private final MemberTransport transport;
  private final RaftNode node;
  private final IncomingSnapshots incoming;
  private final WatchHub watch;
  private final ReplicaInbox inbox;
  private final LeaseKeeper leases;
  private final SpaceGuard space;
  private final MetricSources.Stages stages;

  /** What a member is put into. */
  public record Surroundings(
      Clock clock,
      LongSupplier epochSeconds,
      RandomSource random,
      Workers workers,
      Disk disk,
      EngineFactory engines,
      PeerSurvey survey,
      Network network,
      DiskSpace space,
      Events events) {}

  /** Makes the way to the other members, once it is known who this one is. */
  @FunctionalInterface
  public interface Network {
    MemberTransport transport(ServerIdentity identity, Supplier<MemberTable> members);
  }

  /** What makes a member stop. Called on any of its threads; must not block. */
  public interface Events extends MemberFailure {
    /** The log says that we were removed: for a moment we still answer. */
    void memberRemoved();

    /** Our peers refuse us. */
    void memberExpelled(MemberStop how);
  }

  private MemberCore(
      ServerConfig config,
      MemberTuning tuning,
      Surroundings around,
      MemberStorage storage,
      Closing closing)
      throws StartException {
    this.config = config;
    this.tuning = tuning;
    this.around = around;
    this.storage = storage;
    this.closing = closing;
    this.auth = AuthParts.open(config.auth(), store(), around);
    closing.add(auth.passwords());
    this.transport = around.network.transport(identity(), store().members()::table);
    closing.add(transport);
    store().members().whenChanged(this::membersChanged);
    this.node = node();
    this.incoming = incomingSnapshots();
    this.watch = watchHub();
    var limits =
        ReplicaLimits.of(
            config.timing().heartbeatIntervalMillis(), config.timing().electionTimeoutMillis());
    var pending = new PendingProposals(limits.maxPendingProposals());
    var gate = new DurabilityGate(transport);
    this.inbox =
        new ReplicaInbox(
            around.workers.worker("keelson-replica"),
            node.status(),
            limits,
            pending,
            gate,
            around.clock,
            around.random.nextLong());
    this.space = spaceGuard(quotaRule(config, around.space));
    this.leases = leaseKeeper(limits);
    this.stages = stages(limits, pending, gate);
  }

  /**
   * Opens a member's data and sets it to work.
   *
   * @throws StartException with one line for the operator; nothing is left open or changed then
   */
  public static MemberCore open(ServerConfig config, MemberTuning tuning, Surroundings around)
      throws StartException {
    var closing = new Closing();
    var storage = MemberStorage.open(config, tuning, around);
    closing.add(storage);
    try {
      return new MemberCore(config, tuning, around, storage, closing);
    } catch (StartException | RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  // ---- What it is made of -----------------------------------------------------------------------

  private void membersChanged(MemberTable table) {
    transport.membersChanged();
    if (table.isRemoved(identity().memberId())) {
      around.events.memberRemoved();
    }
  }

  private RaftNode node() {
    var wal = storage.wal();
    int heartbeatMillis = config.timing().heartbeatIntervalMillis();
    var raftConfig =
        RaftConfig.defaults(
            identity().memberId(), config.timing().electionTimeoutMillis() / heartbeatMillis, 1);
    var applied = store().current().applied();
    var base = new SnapshotDescriptor(applied, store().members().configuration());
    var state = new RestoredState(wal.hardState(), base, applied.index());
    return RaftNode.restore(raftConfig, state, wal, around.random);
  }

  private IncomingSnapshots incomingSnapshots() {
    return new IncomingSnapshots(
        new IncomingSnapshots.Parts(
            store(), storage.files(), tuning.store(), storage.marker(), around.clock));
  }

  private WatchHub watchHub() {
    var workers =
        new WatchWorkers(
            new StoreHistory(store()),
            tuning.watch(),
            around.clock,
            around.random.nextLong(),
            config.timing().watchProgressMillis(),
            around.events::memberFailed,
            around.workers);
    closing.add(workers);
    store().listen(workers.hub());
    return workers.hub();
  }

  private SpaceGuard spaceGuard(QuotaRule rule) {
    return new SpaceGuard(
        identity().memberId(),
        rule,
        () -> store().current().storedBytes(),
        store().alarms()::raised,
        inbox);
  }

  private static QuotaRule quotaRule(ServerConfig config, DiskSpace disk) throws StartException {
    try {
      var rule = QuotaRule.of(config.limits().quotaBackendBytes(), disk.totalBytes());
      log.info("quota bytes={} disk={}", rule.reportedBytes(), disk.totalBytes());
      return rule;
    } catch (IOException e) {
      throw new StartException("the disk does not tell its size: " + e, e);
    }
  }

  private LeaseKeeper leaseKeeper(ReplicaLimits limits) {
    long electionNanos = limits.tickNanos() * limits.electionTicks();
    return new LeaseKeeper(
        store().current(),
        inbox,
        transport,
        new LeaseKeeper.Timing(
            around.clock,
            limits.requestTimeoutNanos(),
            electionNanos,
            config.timing().leaseCheckpointNanos()),
        around.events,
        around.random.nextLong(),
        around.workers.worker("keelson-lease"));
  }

  private MetricSources.Stages stages(
      ReplicaLimits limits, PendingProposals pending, DurabilityGate gate) {
    var upkeep = upkeep();
    closing.add(upkeep);
    closing.add(leases);
    var apply =
        new ApplyStage(
            store(),
            inbox,
            new ApplyStage.Followers(pending, upkeep, space, leases, comparison()),
            incoming,
            around.events,
            around.clock,
            around.workers.worker("keelson-apply"));
    closing.add(apply);
    var wal =
        new WalStage(
            storage.takeWal(),
            inbox,
            storage.marker()::clear,
            around.events,
            around.clock,
            around.workers);
    closing.add(wal);
    var outgoing =
        new OutgoingSnapshots(
            store(),
            storage.files(),
            store -> MemberRegister.load(store).orElseThrow().configuration(),
            transport,
            inbox,
            around.events,
            around.workers.worker("keelson-checkpoint"));
    closing.add(outgoing);
    var keeping =
        new LogKeeping(config.timing().snapshotCatchupEntries(), tuning.maxLaggingBytes());
    var parts =
        new ReplicaParts(
            wal, apply, outgoing, transport, gate, pending, keeping, around.clock, around.events);
    var loop = new ReplicaLoop(node, inbox, limits, parts);
    closing.add(loop);
    upkeep.start();
    leases.start();
    loop.start();
    return new MetricSources.Stages(inbox, pending, loop, wal, apply, upkeep);
  }

  private Upkeep upkeep() {
    var limits =
        new Upkeep.Limits(
            tuning.flushBytes(), config.timing().snapshotCount(), tuning.flushAgeNanos());
    return new Upkeep(
        store(),
        limits,
        inbox::flushed,
        cause -> around.events.memberFailed("keelson-upkeep", cause),
        around.clock,
        around.workers.worker("keelson-upkeep"));
  }

  private StateComparison comparison() {
    return new StateComparison(
        identity().memberId(),
        store().members()::table,
        new ComparisonVoice(inbox, storage.verdict()));
  }

  // ---- What it offers ---------------------------------------------------------------------------

  public ServerIdentity identity() {
    return storage.identity();
  }

  public LiveStore store() {
    return storage.store();
  }

  public ReplicaInbox replica() {
    return inbox;
  }

  public LeaseKeeper leases() {
    return leases;
  }

  public WatchHub watch() {
    return watch;
  }

  public SpaceGuard space() {
    return space;
  }

  /** Where what is under way can be counted. */
  public MetricSources.Stages stages() {
    return stages;
  }

  /** Where what peers say is heard. */
  public PeerListener voices() {
    return new PeerVoices(inbox, leases, around.events::memberExpelled);
  }

  /** Where snapshots of peers arrive. */
  public IncomingSnapshots incoming() {
    return incoming;
  }

  /** The log as it was handed over, durable or not; for the replica's thread. */
  public LogReader log() {
    return storage.wal();
  }

  /** Reads again what was written of the log. */
  WalAudit auditLog() {
    return storage.wal().audit();
  }

  /** Keeps this directory from being used again. */
  Verdict verdict() {
    return storage.verdict();
  }

  /** How far the others are, if this one leads; for the replica's thread. */
  public List<PeerProgress> progress() {
    return node.progress();
  }

  /** What the services stand on. */
  public RpcDependencies services(Monitoring monitoring) {
    return new RpcDependencies(
        identity(),
        inbox,
        store()::openView,
        store().members()::table,
        (revision, done) -> store().current().compactor().whenFinished(revision, done),
        new HeldStoreInsight(store()),
        inbox::transferLeadership,
        space,
        store().alarms()::raised,
        around.events,
        new Reconfiguration(
            new ReconfigurationRules(
                identity().memberId(),
                config.membership().strictReconfigCheck(),
                config.membership().maxLearners(),
                transport::isConnected),
            inbox,
            around.epochSeconds),
        watch,
        around.clock,
        monitoring,
        new LeaseDependencies(
            leases,
            () -> store().current().revision(),
            LeaseDependencies.minTtlSeconds(
                config.timing().heartbeatIntervalMillis(), config.timing().electionTimeoutMillis()),
            around.random,
            new HubKeyWatch(watch)),
        auth);
  }

  /** Tells the cluster this member's name and where its clients reach it: call it once they do. */
  public void publish() {
    var self =
        new Member(
            identity().memberId(),
            config.identity().name(),
            List.of(),
            config.listeners().advertiseClientUrls().stream().map(MemberUrl::toString).toList(),
            false,
            identity().incarnation());
    closing.add(MemberPublisher.start(inbox, self, around.events, around.workers));
  }

  /** Makes what is applied durable, and lets go of everything. */
  @Override
  public void close() {
    closing.close();
  }
}
