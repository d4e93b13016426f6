package dev.keelson.chaos.simulation;

import dev.keelson.raft.membership.Configuration;
import dev.keelson.server.MemberTuning;
import dev.keelson.server.cluster.ClusterBirth;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.config.ConfigException;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.config.ServerConfig.Resources;
import dev.keelson.server.watch.WatchLimits;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.MvccConfig;
import dev.keelson.storage.wal.WalConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run: members, network, clients and faults of one seed, on one timeline. */
final class World {
  /** The actor of all that clients do. */
  static final int CLIENTS = 99;

  private static final int NEMESIS = 98;
  private static final int TRACE_LINES = 60;

  /** Of one run: far more than any has needed. */
  private static final long MAX_EVENTS = 20_000_000;

  private static final long SECOND = 1_000_000_000;
  private static final long EPOCH_SECONDS = 1_800_000_000;
  private static final String TOKEN = "simulation";

  private final Settings settings;
  private final List<Fault> faults;
  private final Planted planted;
  private final Timeline timeline = new Timeline();
  private final Chronicle chronicle = new Chronicle(this::changed);
  private final Network network;
  private final Chance chance;
  private final Monitor monitor;
  private final List<SimulatedMember> members = new ArrayList<>();
  private final Map<Long, SimulatedMember> byId = new TreeMap<>();
  private final List<Client> clients = new ArrayList<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private final ArrayDeque<String> trace = new ArrayDeque<>();
  private final Chance later;
  private final Session session;
  private final Janitor janitor;
  private int places;
  private boolean faultsAreOver;
  private boolean dataWasLost;
  private boolean beyondThePromise;
  private @Nullable SimulatedMember lastToInstall;
  private @Nullable SimulatedMember lastToAccept;

  /** A world that has not begun. */
  World(Plan plan, Planted planted) {
    this.planted = planted;
    this.settings = plan.settings();
    this.faults = plan.faults();
    this.chance = new Chance(plan.seed() ^ 0x5DEECE66DL);
    this.network = new Network(timeline, settings.speeds(), chance.split());
    this.monitor = addMembers();
    // Dice of their own: a run without these has the same throws as ever.
    this.later = new Chance(plan.seed() ^ 0x2545F4914F6CDD1DL);
    this.session = new Session(this, later.split(), Administrator.ROOT);
    this.janitor = new Janitor(this, later.split());
    addClients();
  }

  private Monitor addMembers() {
    var urls = new TreeMap<String, String>();
    for (int number = 0; number < settings.voters(); number++) {
      urls.put("m" + number, nextUrl());
    }
    var told = told(urls);
    var ids = new TreeSet<Long>();
    urls.forEach(
        (name, url) -> {
          long id = ClusterBirth.memberId(List.of(url), TOKEN);
          ids.add(id);
          addMachine(id, url, "--initial-cluster=" + told, "--initial-cluster-state=new");
        });
    return new Monitor(chronicle, Configuration.ofVoters(ids));
  }

  private static String told(Map<String, String> urls) {
    return urls.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }

  /** A place for a member that nobody has. */
  String nextUrl() {
    return "http://10.0.0." + ++places + ":2380";
  }

  private SimulatedMember addMachine(long id, String url, String... born) {
    int number = members.size();
    var member =
        new SimulatedMember(
            this,
            number,
            id,
            url,
            config(number, url, born),
            tuning(settings.sizes()),
            chance.split());
    members.add(member);
    byId.put(id, member);
    return member;
  }

  /**
   * Starts a member that was added.
   *
   * @param others where the other members are, by name
   */
  void join(long id, String url, Map<String, String> others) {
    var found = find(id);
    int number = found.map(SimulatedMember::number).orElse(members.size());
    var urls = new TreeMap<>(others);
    urls.put("m" + number, url);
    String[] born = {"--initial-cluster=" + told(urls), "--initial-cluster-state=existing"};
    found.orElseGet(() -> addMachine(id, url, born)).join(config(number, url, born));
  }

  private ServerConfig config(int number, String url, String... born) {
    var sizes = settings.sizes();
    var flags =
        new ArrayList<>(
            List.of(
                "--name=m" + number,
                "--data-dir=/data",
                "--initial-cluster-token=" + TOKEN,
                "--listen-peer-urls=http://127.0.0.1:2380",
                "--initial-advertise-peer-urls=" + url,
                "--listen-client-urls=http://127.0.0.1:2379",
                "--advertise-client-urls=http://127.0.0.1:2379",
                "--heartbeat-interval=100",
                "--election-timeout=1000",
                "--max-learners=3",
                "--snapshot-count=" + sizes.snapshotCount(),
                "--snapshot-catchup-entries=" + sizes.catchupEntries()));
    if (settings.load().quotaBytes() > 0) {
      flags.add("--quota-backend-bytes=" + settings.load().quotaBytes());
    }
    if (settings.load().authNanos() > 0) {
      flags.add("--bcrypt-cost=4");
    }
    flags.addAll(List.of(born));
    try {
      var config = ServerConfig.of(flags.toArray(String[]::new));
      return new ServerConfig(
          config.identity(),
          config.listeners(),
          config.initialCluster(),
          config.membership(),
          config.timing(),
          config.limits(),
          config.autoCompaction(),
          config.auth(),
          config.http(),
          new Resources(sizes.segmentBytes(), sizes.walTailBytes(), 0, 0, 0),
          config.logLevel());
    } catch (ConfigException e) {
      throw new IllegalStateException("the simulation's own flags", e);
    }
  }

  private static MemberTuning tuning(Settings.Sizes sizes) {
    return new MemberTuning(
        new MvccConfig(sizes.compactionBatch(), 2, 1L << 20, 64L << 10),
        WalConfig.DEFAULT.withAllocationBytes(sizes.allocationBytes()),
        new WatchLimits(
            1_000,
            1L << 20,
            sizes.watchStreamDeliveries(),
            1L << 20,
            8L << 20,
            1L << 20,
            sizes.scanRevisions(),
            1L << 20,
            1L << 20,
            sizes.scanChanges(),
            8),
        1L << 16,
        5 * SECOND,
        1L << 20);
  }

  private void addClients() {
    var load = settings.load();
    for (int number = 0; number < load.writers(); number++) {
      clients.add(new KeyClient(this, chance.split(), "w" + number));
    }
    for (int number = 0; number < load.watchers(); number++) {
      clients.add(new WatchClient(this, chance.split(), "t" + number));
    }
    for (int number = 0; number < load.leaseHolders(); number++) {
      clients.add(new LeaseClient(this, chance.split(), "l" + number));
      clients.add(new LeaseRenter(this, chance.split(), number));
    }
    if (load.changeNanos() > 0) {
      clients.add(new Operator(this, chance.split()));
    }
    if (load.authNanos() > 0) {
      var rights = new Rights();
      clients.add(new Administrator(this, later.split(), rights));
      clients.add(new Guest(this, later.split(), rights));
    }
    if (load.quotaBytes() > 0) {
      clients.add(janitor);
    }
  }

  // ---- The run ----------------------------------------------------------------------------------

  /** Faults and load up to the horizon, then what must come right again. */
  void run() {
    members.forEach(member -> timeline.plan(0, member.actor(), member::start));
    clients.forEach(client -> timeline.plan(SECOND / 10, CLIENTS, client::begin));
    var nemesis = new Nemesis(this);
    for (var fault : faults) {
      timeline.plan(fault.atNanos(), NEMESIS, () -> nemesis.strike(fault));
    }
    runUntil(settings.horizonNanos());
    faultsAreOver = true;
    if (!beyondThePromise) {
      new Recovery(this, chance.split()).run();
    }
  }

  /** Lets everything happen that is due up to this time. */
  void runUntil(long nanos) {
    while (!beyondThePromise && timeline.step(nanos)) {
      if (timeline.happened() > MAX_EVENTS) {
        throw new SimulationFailure("liveness", "no end after " + MAX_EVENTS + " events");
      }
    }
  }

  /** Does something in the name of a client: what it finds wrong is the run's failure. */
  void client(Runnable action) {
    action.run();
  }

  private void changed(Change change) {
    for (var client : clients) {
      client.changed(change);
    }
  }

  // ---- What there is ----------------------------------------------------------------------------

  Planted planted() {
    return planted;
  }

  Settings settings() {
    return settings;
  }

  Timeline timeline() {
    return timeline;
  }

  Network network() {
    return network;
  }

  Monitor monitor() {
    return monitor;
  }

  Chronicle chronicle() {
    return chronicle;
  }

  List<SimulatedMember> members() {
    return members;
  }

  List<Client> clients() {
    return clients;
  }

  /** Of who may do everything. */
  Session session() {
    return session;
  }

  Janitor janitor() {
    return janitor;
  }

  /** How long a client waits for an answer. */
  long patience(long most) {
    long mean = settings.load().patienceNanos();
    return mean == 0 || faultsAreOver ? most : Math.min(most, 1_000_000 + later.delay(mean));
  }

  boolean faultsAreOver() {
    return faultsAreOver;
  }

  /** Empty if it was added and never started. */
  Optional<SimulatedMember> find(long id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** Who leads, as far as the most recent of those that say so. */
  Optional<SimulatedMember> leader() {
    SimulatedMember found = null;
    long term = 0;
    for (var member : members) {
      var life = member.life();
      if (life.isPresent()) {
        var status = life.get().core().replica().status();
        if (status.isLeader() && status.term() > term) {
          found = member;
          term = status.term();
        }
      }
    }
    return Optional.ofNullable(found);
  }

  // ---- Disks that are lost ----------------------------------------------------------------------

  /** One disk in a run, if the others can still decide; nobody changes the members meanwhile. */
  boolean mayLoseDataOf(SimulatedMember victim) {
    boolean may =
        !dataWasLost
            && settings.load().changeNanos() == 0
            && victim.life().isPresent()
            && monitor.configurations().canDecide(id -> id != victim.id());
    dataWasLost = dataWasLost || may;
    return may;
  }

  /** Whether all others run, and know which disk it has: from then on no other is taken for it. */
  boolean isKnownToAll(SimulatedMember member) {
    return members.stream()
        .filter(other -> other != member)
        .allMatch(
            other ->
                other
                    .life()
                    .flatMap(life -> life.core().store().members().table().find(member.id()))
                    .filter(known -> known.incarnation() != 0)
                    .isPresent());
  }

  /** Nothing that comes after this was promised. */
  void endBeyondThePromise(String why) {
    count(why);
    beyondThePromise = true;
  }

  // ---- Whom faults are aimed at -----------------------------------------------------------------

  void isInstalling(SimulatedMember member) {
    lastToInstall = member;
  }

  void hasAccepted(SimulatedMember member) {
    lastToAccept = member;
  }

  Optional<SimulatedMember> lastToInstall() {
    return Optional.ofNullable(lastToInstall);
  }

  Optional<SimulatedMember> lastToAccept() {
    return Optional.ofNullable(lastToAccept);
  }

  long wallSeconds() {
    return EPOCH_SECONDS + timeline.now() / SECOND;
  }

  /** What a member without data hears from others. On several threads at once: changes nothing. */
  Optional<MemberTable> ask(SimulatedMember asking, String url) {
    return members.stream()
        .filter(member -> member.url().equals(url) && !member.isPaused())
        .filter(member -> network.passes(asking.id(), member.id()))
        .flatMap(member -> member.life().stream())
        .map(life -> life.core().store().members().table())
        .findFirst();
  }

  // ---- What is told of it -----------------------------------------------------------------------

  void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  Map<String, Long> counts() {
    return counts;
  }

  void log(String message, Object... arguments) {
    trace.add(
        "%10.6f  %s".formatted(timeline.now() / (double) SECOND, message.formatted(arguments)));
    if (trace.size() > TRACE_LINES) {
      trace.remove();
    }
  }

  List<String> trace() {
    return List.copyOf(trace);
  }
}
