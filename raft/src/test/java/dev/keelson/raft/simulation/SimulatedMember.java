package dev.keelson.raft.simulation;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.InMemoryLog;
import dev.keelson.raft.Input;
import dev.keelson.raft.InvariantViolation;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.SeededRandom;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.ConfigurationCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * One member: a core, a log that is written behind it, a state machine that applies behind that. A
 * crash leaves what was synced, and of what was being written a part.
 */
final class SimulatedMember {
  private final RaftConfig config;
  private final SimulatedCluster cluster;
  private final Core.Factory cores;
  private final SeededRandom random;

  // On disk.
  private final InMemoryLog disk = new InMemoryLog();
  private HardState diskHardState = HardState.INITIAL;
  private long flushedIndex;
  private Configuration flushedConfiguration;

  // In memory; gone after a crash.
  private int life;
  private boolean up;
  private Core core;
  private InMemoryLog view;
  private final ArrayDeque<Effect.Append> writing = new ArrayDeque<>();
  private boolean syncPlanned;
  private final List<Effect.SendAfterDurable> held = new ArrayList<>();
  private final ArrayDeque<List<Entry>> applying = new ArrayDeque<>();
  private long appliedIndex;
  private Configuration appliedConfiguration;
  private long handedIndex;
  private long applierFreeAt;
  private long pausedUntil;

  // What has happened to it, so that a test can tell whether trouble was made at all.
  private int crashes;
  private int installs;
  private int truncations;

  SimulatedMember(
      RaftConfig config,
      Configuration birth,
      SimulatedCluster cluster,
      Core.Factory cores,
      SeededRandom random) {
    this.config = config;
    this.flushedConfiguration = birth;
    this.appliedConfiguration = birth;
    this.cluster = cluster;
    this.cores = cores;
    this.random = random;
    this.view = disk.copy();
    this.core = newCore();
    this.up = true;
    planTick();
  }

  long id() {
    return config.id();
  }

  boolean isUp() {
    return up;
  }

  RaftStatus status() {
    return core.status();
  }

  InMemoryLog view() {
    return view;
  }

  InMemoryLog disk() {
    return disk;
  }

  HardState diskHardState() {
    return diskHardState;
  }

  int crashes() {
    return crashes;
  }

  int installs() {
    return installs;
  }

  int truncations() {
    return truncations;
  }

  private Core newCore() {
    var start = new LogPosition(disk.termAt(flushedIndex), flushedIndex);
    var state =
        new RestoredState(
            diskHardState, new SnapshotDescriptor(start, flushedConfiguration), flushedIndex);
    appliedIndex = flushedIndex;
    appliedConfiguration = flushedConfiguration;
    handedIndex = flushedIndex;
    return cores.start(config, state, view, random.split());
  }

  void start() {
    if (up) {
      return;
    }
    up = true;
    view = disk.copy();
    core = newCore();
    planTick();
  }

  /** What was being written may have reached the disk, up to any point. */
  void crash() {
    if (!up) {
      return;
    }
    up = false;
    crashes++;
    life++;
    int survives = random.nextInt(writing.size() + 1);
    for (int i = 0; i < survives; i++) {
      toDisk(writing.removeFirst());
    }
    writing.clear();
    held.clear();
    applying.clear();
    syncPlanned = false;
    pausedUntil = 0;
  }

  /** Nothing happens in the process until then; what arrives waits. */
  void pauseUntil(long timeMicros) {
    pausedUntil = Math.max(pausedUntil, timeMicros);
  }

  private void planTick() {
    later(SimulatedCluster.TICK_MICROS, this::tick);
  }

  private void tick() {
    planTick();
    step(new Input.Tick());
  }

  /** Runs in this life only, and not while the process is paused. */
  private void later(long delayMicros, Runnable action) {
    int plannedIn = life;
    cluster.time().after(delayMicros, () -> runIn(plannedIn, action));
  }

  private void runIn(int plannedIn, Runnable action) {
    if (plannedIn != life || !up) {
      return;
    }
    if (cluster.time().nowMicros() < pausedUntil) {
      cluster.time().at(pausedUntil, () -> runIn(plannedIn, action));
    } else {
      action.run();
    }
  }

  /** Something from outside; waits if the process is paused. */
  void offer(Input input) {
    runIn(life, () -> step(input));
  }

  private void step(Input input) {
    var before = core.status();
    var served = new ArrayList<Effect.ServeRead>();
    try {
      for (var effect : core.step(input).effects()) {
        if (effect instanceof Effect.ServeRead read) {
          served.add(read);
        } else {
          perform(effect);
        }
      }
    } catch (InvariantViolation | IllegalArgumentException e) {
      throw new SafetyViolation("member " + id() + " broke at " + input, e);
    }
    cluster.checker().stepped(this, before, cluster.members());
    // They may see what this very step has committed.
    served.forEach(read -> cluster.checker().readServed(read.readId(), read.index()));
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Append append -> {
        if (!append.entries().isEmpty()
            && append.entries().getFirst().index() <= view.lastIndex()) {
          truncations++;
        }
        view.append(append.entries());
        cluster.checker().appended(this, append.entries());
        writing.addLast(append);
        planSync();
      }
      case Effect.Send(var message) -> release(message);
      case Effect.SendAfterDurable waiting -> held.add(waiting);
      case Effect.Apply(var entries) -> handToApplier(entries);
      case Effect.ServeRead _, Effect.FailRead _ -> {}
      case Effect.RejectProposals(var ids, _) ->
          ids.forEach(id -> cluster.checker().refused(SimulatedCluster.payload(id)));
      case Effect.ShipSnapshot(var peer, var atLeast) -> ship(peer, atLeast);
      case Effect.InstallSnapshot(var snapshot) ->
          later(cluster.syncMicros() * 3, () -> install(snapshot));
    }
  }

  private void release(Message message) {
    cluster.checker().released(this, message, cluster.member(message.to()));
    cluster.network().send(message);
  }

  private void planSync() {
    if (!syncPlanned) {
      syncPlanned = true;
      later(cluster.syncMicros(), this::sync);
    }
  }

  /** Group commit: some of what has gathered becomes durable at once. */
  private void sync() {
    syncPlanned = false;
    if (writing.isEmpty()) {
      return; // An installation waited for the writer already.
    }
    persist(1 + random.nextInt(writing.size()));
    if (!writing.isEmpty()) {
      planSync();
    }
  }

  private void persist(int count) {
    long sequence = 0;
    for (int i = 0; i < count; i++) {
      var append = writing.removeFirst();
      toDisk(append);
      sequence = append.sequence();
    }
    // The writer may release messages before or after the core learns of it.
    if (random.chance(0.5)) {
      releaseHeld(sequence);
      step(new Input.Persisted(sequence));
    } else {
      step(new Input.Persisted(sequence));
      releaseHeld(sequence);
    }
  }

  private void toDisk(Effect.Append append) {
    disk.append(append.entries());
    diskHardState = append.hardState();
  }

  private void releaseHeld(long sequence) {
    for (Iterator<Effect.SendAfterDurable> each = held.iterator(); each.hasNext(); ) {
      var waiting = each.next();
      if (waiting.sequence() <= sequence) {
        each.remove();
        release(waiting.message());
      }
    }
  }

  private void handToApplier(List<Entry> entries) {
    if (entries.getFirst().index() != handedIndex + 1) {
      throw new SafetyViolation(
          "I16 member " + id() + " applies " + entries.getFirst() + " after " + handedIndex);
    }
    handedIndex = entries.getLast().index();
    applierFreeAt = Math.max(applierFreeAt, cluster.time().nowMicros()) + random.nextInt(2_000);
    applying.addLast(entries);
    later(applierFreeAt - cluster.time().nowMicros(), this::apply);
  }

  private void apply() {
    if (applying.isEmpty()) {
      return; // A snapshot took the state machine's place meanwhile.
    }
    var entries = applying.removeFirst();
    long last = entries.getLast().index();
    for (var entry : entries) {
      cluster.checker().applies(this, entry);
      if (entry.type() == EntryType.CONFIGURATION) {
        appliedConfiguration = ConfigurationCodec.decode(entry.payload());
      }
    }
    appliedIndex = last;
    if (random.chance(0.2)) {
      flush();
    }
    if (flushedIndex - view.firstIndex() >= cluster.faults().snapshotEvery()) {
      view.compactTo(flushedIndex);
      disk.compactTo(flushedIndex);
    }
    step(new Input.Applied(last));
  }

  private void flush() {
    flushedIndex = appliedIndex;
    flushedConfiguration = appliedConfiguration;
  }

  private void ship(long peer, long atLeast) {
    if (atLeast > appliedIndex) {
      throw new SafetyViolation("snapshot to " + atLeast + ", applied is " + appliedIndex);
    }
    long term = status().term();
    later(
        cluster.network().delayMicros() * 3,
        () -> {
          var position = new LogPosition(view.termAt(appliedIndex), appliedIndex);
          boolean delivered =
              !cluster.network().isCut(id(), peer) && !random.chance(cluster.faults().loss());
          if (delivered) {
            cluster
                .member(peer)
                .offer(
                    new Input.Receive(
                        new Message.SnapshotArrived(
                            id(),
                            peer,
                            term,
                            new SnapshotDescriptor(position, appliedConfiguration))));
          }
          step(new Input.SnapshotShipped(peer, position.index(), delivered));
        });
  }

  private void install(SnapshotDescriptor snapshot) {
    if (!writing.isEmpty()) {
      persist(writing.size());
    }
    installs++;
    applying.clear();
    view.resetTo(snapshot.position());
    disk.resetTo(snapshot.position());
    appliedIndex = snapshot.position().index();
    appliedConfiguration = snapshot.configuration();
    flush();
    handedIndex = appliedIndex;
    step(new Input.SnapshotInstalled(snapshot));
  }

  @Override
  public String toString() {
    return status() + " first=" + view.firstIndex() + " up=" + up + " " + core.progress();
  }
}
