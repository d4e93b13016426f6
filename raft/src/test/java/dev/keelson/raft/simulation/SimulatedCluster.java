package dev.keelson.raft.simulation;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Input;
import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.SeededRandom;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.MembershipChange;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** A group of members in virtual time, its clients, and what is done to it. All from one seed. */
final class SimulatedCluster {
  static final long TICK_MICROS = 10_000;
  private static final int ELECTION_TICKS = 10;
  private static final int MAX_MEMBERS = 12;
  private static final int MAX_VOTERS = 6;

  private final VirtualTime time = new VirtualTime();
  private final SeededRandom random;
  private final Configuration birth;
  private final Core.Factory cores;
  private final List<SimulatedMember> members = new ArrayList<>();
  private final SafetyChecker checker;
  private final SimulatedNetwork network;
  private Faults faults;
  private boolean clientsWork = true;
  private long lastId;

  SimulatedCluster(long seed, Configuration configuration, Faults faults, Core.Factory cores) {
    this.random = new SeededRandom(seed);
    this.faults = faults;
    this.birth = configuration;
    this.cores = cores;
    checker = new SafetyChecker(configuration);
    network = new SimulatedNetwork(time, random.split(), faults, this::deliver);
    for (long id : configuration.members()) {
      addMember(id);
    }
    planClient();
    planTrouble();
  }

  private SimulatedMember addMember(long id) {
    var config = boundsOf(id, random.split());
    var member = new SimulatedMember(config, birth, this, cores, random.split());
    members.add(member);
    return member;
  }

  /** Tiny bounds are reached often. */
  private static RaftConfig boundsOf(long id, SeededRandom random) {
    return new RaftConfig(
        id,
        ELECTION_TICKS,
        1 + random.nextInt(2),
        8L * (1 + random.nextInt(8)),
        1 + random.nextInt(8),
        8L * (1 + random.nextInt(64)),
        8L * (8 + random.nextInt(64)),
        8L * (1 + random.nextInt(64)),
        4 + random.nextInt(64));
  }

  VirtualTime time() {
    return time;
  }

  SafetyChecker checker() {
    return checker;
  }

  SimulatedNetwork network() {
    return network;
  }

  Faults faults() {
    return faults;
  }

  List<SimulatedMember> members() {
    return members;
  }

  SimulatedMember member(long id) {
    return members.get((int) id - 1);
  }

  long syncMicros() {
    long delay = 1L + random.nextInt((int) (2 * faults.meanSyncMicros()));
    return random.chance(faults.heavyTail() / 4) ? delay * 40 : delay;
  }

  static Bytes payload(long proposalId) {
    var bytes = new byte[8];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (proposalId >>> (56 - 8 * i));
    }
    return Bytes.wrap(bytes);
  }

  private void deliver(Message message) {
    member(message.to()).offer(new Input.Receive(message));
  }

  private SimulatedMember anyMember() {
    return members.get(random.nextInt(members.size()));
  }

  /** One victim in three is a leader: that is where it hurts. */
  private SimulatedMember victim() {
    if (random.chance(0.33)) {
      for (var member : members) {
        if (member.isUp() && member.status().isLeader()) {
          return member;
        }
      }
    }
    return anyMember();
  }

  private void planClient() {
    time.after(
        random.nextInt(6_000),
        () -> {
          if (clientsWork) {
            var member = anyMember();
            if (random.chance(0.4)) {
              read(member);
            } else {
              propose(member, 1 + random.nextInt(3));
            }
          }
          planClient();
        });
  }

  void propose(SimulatedMember member, int count) {
    var proposals = new ArrayList<Proposal>();
    for (int i = 0; i < count; i++) {
      long id = ++lastId;
      proposals.add(new Proposal(id, !random.chance(0.1), payload(id)));
    }
    member.offer(new Input.Propose(proposals));
  }

  /** Reads through the member; the read's id. */
  long read(SimulatedMember member) {
    long id = ++lastId;
    checker.readBegins(id);
    member.offer(new Input.ReadRequest(id));
    return id;
  }

  private void planTrouble() {
    time.after(
        random.nextInt((int) (2 * faults.meanTroubleMicros())),
        () -> {
          makeTrouble();
          planTrouble();
        });
  }

  private void makeTrouble() {
    double crash = faults.crashWeight();
    double partition = crash + faults.partitionWeight();
    double pause = partition + faults.pauseWeight();
    double transfer = pause + faults.transferWeight();
    double all = transfer + faults.membershipWeight();
    if (all == 0) {
      return;
    }
    double what = random.nextInt(1000) / 1000.0 * all;
    if (what < crash) {
      crashSome();
    } else if (what < partition) {
      partition();
    } else if (what < pause) {
      victim().pauseUntil(time.nowMicros() + random.nextInt(400_000));
    } else if (what < transfer) {
      victim().offer(new Input.TransferLeadership(anyMember().id()));
    } else {
      changeMembers(random.chance(0.7) ? victim() : anyMember());
    }
  }

  /** Asks for another membership, made from what this member knows; twice, now and then. */
  private void changeMembers(SimulatedMember asked) {
    for (int times = random.chance(0.2) ? 2 : 1; times > 0; times--) {
      var target = random.chance(0.5) ? smallChange(asked) : anyChange(asked);
      if (!target.voters().isEmpty()) {
        var change = new MembershipChange(++lastId, target, Bytes.EMPTY);
        asked.offer(new Input.ChangeMembership(change));
      }
    }
  }

  /** What an operator does: one member comes, goes or is promoted. */
  private Configuration smallChange(SimulatedMember asked) {
    var present = asked.status().configuration();
    var voters = new TreeSet<>(present.voters());
    var learners = new TreeSet<>(present.learners());
    switch (random.nextInt(4)) {
      case 0 -> voters.addAll(newcomers(voters, 1));
      case 1 -> learners.addAll(newcomers(voters, 1));
      case 2 -> voters.addAll(drawn(learners, 1));
      default -> {
        var leaving = random.chance(0.8) ? voters : learners;
        leaving.removeAll(drawn(leaving, 1));
      }
    }
    learners.removeAll(voters);
    return target(present, voters, learners);
  }

  /** What joint consensus allows: several come, go and are promoted at once. */
  private Configuration anyChange(SimulatedMember asked) {
    var present = asked.status().configuration();
    var voters = new TreeSet<>(present.voters());
    var learners = new TreeSet<>(present.learners());
    voters.removeAll(drawn(voters, random.nextInt(3)));
    voters.addAll(drawn(learners, random.nextInt(2)));
    voters.addAll(newcomers(voters, random.nextInt(3)));
    learners.removeAll(voters);
    return target(present, voters, learners);
  }

  private static Configuration target(
      Configuration present, SortedSet<Long> voters, SortedSet<Long> learners) {
    long version = present.version() + 1;
    return new Configuration(
        version, List.copyOf(voters), List.of(), List.copyOf(learners), List.of());
  }

  private List<Long> drawn(SortedSet<Long> ids, int count) {
    var left = new ArrayList<>(ids);
    var drawn = new ArrayList<Long>();
    while (drawn.size() < count && !left.isEmpty()) {
      drawn.add(left.remove(random.nextInt(left.size())));
    }
    return drawn;
  }

  /**
   * New members, down at first, or those whom an earlier change was to bring; an id never returns.
   */
  private List<Long> newcomers(SortedSet<Long> voters, int count) {
    var ids = new ArrayList<Long>();
    for (var member : members) {
      boolean unused =
          !checker.configurations().isRemoved(member.id()) && !voters.contains(member.id());
      if (ids.size() < count && unused && random.chance(0.5)) {
        ids.add(member.id());
      }
    }
    while (ids.size() < count && members.size() < MAX_MEMBERS && voters.size() < MAX_VOTERS) {
      var member = addMember(members.size() + 1L);
      member.crash();
      time.after(random.nextInt(400_000), member::start);
      ids.add(member.id());
    }
    return ids;
  }

  private void crashSome() {
    boolean all = random.chance(0.1);
    for (var member : all ? members : List.of(victim())) {
      member.crash();
      time.after(random.nextInt(all ? 50_000 : 400_000), member::start);
    }
  }

  private void partition() {
    network.healAll();
    var victim = victim();
    switch (random.nextInt(5)) {
      case 0 -> {} // Healed.
      case 1 -> members.forEach(other -> cutBothWays(victim, other));
      case 2 -> {
        for (var member : members) {
          for (var other : members) {
            if (member.id() % 2 != other.id() % 2) {
              network.cut(member.id(), other.id());
            }
          }
        }
      }
      case 3 -> members.forEach(other -> network.cut(other.id(), victim.id()));
      default -> members.forEach(other -> network.cut(victim.id(), other.id()));
    }
    if (random.chance(0.5)) {
      members.forEach(other -> other.offer(new Input.PeerUnreachable(victim.id())));
    }
  }

  private void cutBothWays(SimulatedMember one, SimulatedMember other) {
    network.cut(one.id(), other.id());
    network.cut(other.id(), one.id());
  }

  void run(long millis) {
    time.runUntil(time.nowMicros() + millis * 1_000);
  }

  /** Ends all trouble and lets the group settle: everybody must agree in the end. */
  void heal() {
    faults = faults.healed();
    network.faults(faults);
    network.healAll();
    members.forEach(SimulatedMember::start);
  }

  /** Runs until all members know a leader and have applied the same log; how long it took. */
  long settle(long limitMillis) {
    long millis = 0;
    while (millis < limitMillis && !isSettled()) {
      run(50);
      millis += 50;
    }
    return millis;
  }

  private boolean isSettled() {
    return checker.configurations().committed().next().isEmpty()
        && present().stream().allMatch(this::isSettled);
  }

  /** Those who are members now. */
  List<SimulatedMember> present() {
    var configuration = checker.configurations().committed();
    return members.stream().filter(member -> configuration.contains(member.id())).toList();
  }

  private boolean isSettled(SimulatedMember member) {
    var status = member.status();
    return status.hasLeader()
        && status.lastIndex() == checker.committedIndex()
        && status.appliedIndex() == status.lastIndex();
  }

  void stopClients() {
    clientsWork = false;
  }
}
