package dev.keelson.chaos.simulation;

import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.Survival;
import java.util.Comparator;
import java.util.List;

/** Does what a list of faults says. What it chooses itself depends on the fault alone. */
final class Nemesis {
  private static final int ACTOR = 98;
  private static final long SLOW_FACTOR = 50;
  private static final int NEAR_OPERATIONS = 40;

  private static final List<String> WORKERS =
      List.of(
          "keelson-replica",
          "keelson-wal",
          "keelson-apply",
          "keelson-upkeep",
          "keelson-lease",
          "keelson-compact",
          "keelson-checkpoint",
          "keelson-watch",
          "keelson-watch-history");

  private static final List<Operation> OPERATIONS =
      List.of(
          Operation.RENAME,
          Operation.CREATE,
          Operation.SYNC_DIRECTORY,
          Operation.DELETE,
          Operation.LINK,
          Operation.TRUNCATE,
          Operation.SYNC,
          Operation.CREATE_DIRECTORY);

  /** Seconds: what a leap, a time zone, an operator or a dead battery does. */
  private static final List<Long> JUMPS =
      List.of(-315_360_000L, -86_400L, -3_600L, -61L, -5L, 5L, 61L, 3_600L, 86_400L, 315_360_000L);

  private final World world;

  Nemesis(World world) {
    this.world = world;
  }

  void strike(Fault fault) {
    var victim = victim(fault);
    world.count("fault " + fault.kind());
    world.log("%s hits %s", fault, victim.name());
    var other = other(victim, fault.choice());
    switch (fault.kind()) {
      case POWER_LOSS -> victim.powerLoss(survival(fault), fault.durationNanos());
      case KILL -> victim.kill(fault.durationNanos());
      case DISK_CRASH ->
          victim
              .disk()
              .inject(
                  FaultPlan.at(
                      victim.disk().operations() + fault.choice() % NEAR_OPERATIONS,
                      fault.choice() % 2 == 0
                          ? FaultPlan.Verdict.CRASH_BEFORE
                          : FaultPlan.Verdict.CRASH_AFTER));
      case DISK_ERROR ->
          victim.troubleDisk(
              FaultPlan.at(
                  victim.disk().operations() + fault.choice() % NEAR_OPERATIONS,
                  fault.choice() % 3 == 0 ? FaultPlan.Verdict.FULL : FaultPlan.Verdict.FAIL));
      case POWER_LOSS_OF_ALL ->
          world
              .members()
              .forEach(member -> member.powerLoss(survival(fault), 1 + fault.durationNanos() / 8));
      case PAUSE -> victim.pause(fault.durationNanos());
      case ISOLATE -> {
        for (var member : world.members()) {
          cut(victim, member, fault);
          cut(member, victim, fault);
        }
      }
      case CUT -> cut(victim, other, fault);
      case DEAF -> world.members().forEach(member -> cut(member, victim, fault));
      case MUTE -> world.members().forEach(member -> cut(victim, member, fault));
      case PARTITION -> partition(fault);
      case CLOG ->
          world
              .network()
              .clog(victim.id(), other.id(), Math.min(fault.durationNanos(), 5_000_000_000L));
      case SLOW_DISK -> slowDisk(victim, fault);
      case TRANSFER ->
          victim
              .life()
              .ifPresent(
                  life -> life.plan(0, () -> life.core().replica().transferLeadership(other.id())));
      case WALL_JUMP -> victim.setWallClock(pick(JUMPS, fault.choice()), fault.durationNanos());
      case STALL -> stall(victim, fault);
      case FAINT -> faint(victim, fault);
      case BRIDGE -> bridge(victim, fault);
      case CRASH_AT -> victim.disk().inject(crashAt(fault));
      case CRASH_OF_ALL_AT -> victim.crashWithAll(crashAt(fault));
      case DISK_ERROR_AT -> victim.troubleDisk(errorAt(fault));
      case LIE -> {
        if (world.mayLoseDataOf(victim)) {
          victim.lie(fault.durationNanos());
        }
      }
      case WIPE -> {
        if (world.isKnownToAll(victim) && world.mayLoseDataOf(victim)) {
          victim.wipe(fault.durationNanos());
        }
      }
    }
  }

  private static <T> T pick(List<T> from, int choice) {
    return from.get(choice % from.size());
  }

  private static FaultPlan crashAt(Fault fault) {
    return FaultPlan.nth(
        pick(OPERATIONS, fault.choice()),
        0,
        fault.choice() / OPERATIONS.size() % 2 == 0
            ? FaultPlan.Verdict.CRASH_BEFORE
            : FaultPlan.Verdict.CRASH_AFTER);
  }

  private static FaultPlan errorAt(Fault fault) {
    return FaultPlan.nth(
        pick(OPERATIONS, fault.choice()),
        0,
        fault.choice() / OPERATIONS.size() % 2 == 0
            ? FaultPlan.Verdict.FULL
            : FaultPlan.Verdict.FAIL);
  }

  private static void stall(SimulatedMember victim, Fault fault) {
    var worker = pick(WORKERS, fault.choice());
    victim.life().ifPresent(life -> life.stall(worker, fault.durationNanos()));
  }

  /** Nobody is told: it is as if what was sent to the others had been lost. */
  private void faint(SimulatedMember victim, Fault fault) {
    int count = world.members().size();
    int reached = count / 2;
    for (int step = 1; step < count; step++) {
      if (step > reached) {
        int place = (victim.number() + 1 + (fault.choice() + step) % (count - 1)) % count;
        cutInSilence(victim, world.members().get(place), fault);
      }
    }
  }

  private void bridge(SimulatedMember victim, Fault fault) {
    boolean chain = fault.choice() % 4 == 3;
    int count = world.members().size();
    for (var one : world.members()) {
      for (var two : world.members()) {
        int apart = Math.floorMod(one.number() - two.number(), count);
        boolean side = ((fault.choice() >> 4 >> one.number()) & 1) == 1;
        boolean otherSide = ((fault.choice() >> 4 >> two.number()) & 1) == 1;
        boolean cut = chain ? apart > 1 && apart < count - 1 : side != otherSide;
        if (cut && (chain || (one != victim && two != victim))) {
          cut(one, two, fault);
        }
      }
    }
  }

  private void partition(Fault fault) {
    for (var one : world.members()) {
      for (var two : world.members()) {
        if (((fault.choice() >> one.number()) & 1) != ((fault.choice() >> two.number()) & 1)) {
          cut(one, two, fault);
        }
      }
    }
  }

  private void cut(SimulatedMember from, SimulatedMember to, Fault fault) {
    if (from == to) {
      return;
    }
    // A connection that breaks tells its sender, or nobody.
    if (fault.choice() % 2 == 0) {
      from.life().ifPresent(life -> life.plan(0, () -> life.voices().onDisconnected(to.id())));
    }
    cutInSilence(from, to, fault);
  }

  private void cutInSilence(SimulatedMember from, SimulatedMember to, Fault fault) {
    world.network().cut(from.id(), to.id());
    world
        .timeline()
        .plan(
            fault.durationNanos(),
            ACTOR,
            () -> {
              world.network().mend(from.id(), to.id());
              from.life().ifPresent(life -> life.plan(0, () -> life.voices().onConnected(to.id())));
            });
  }

  private void slowDisk(SimulatedMember victim, Fault fault) {
    victim
        .life()
        .ifPresent(
            life -> {
              life.pace().slowDisk(SLOW_FACTOR);
              life.plan(fault.durationNanos(), () -> life.pace().slowDisk(1));
            });
  }

  private static Survival survival(Fault fault) {
    var all = List.of(Survival.values());
    return all.get(fault.choice() % all.size());
  }

  private SimulatedMember other(SimulatedMember victim, int choice) {
    int count = world.members().size();
    return world.members().get((victim.number() + 1 + choice % Math.max(1, count - 1)) % count);
  }

  private SimulatedMember victim(Fault fault) {
    var any = world.members().get(fault.choice() % world.members().size());
    return switch (fault.victim()) {
      case ANY -> any;
      case LEADER -> world.leader().orElse(any);
      case MOST_UP_TO_DATE_FOLLOWER -> followers().stream().max(byLastIndex()).orElse(any);
      case MOST_BEHIND -> followers().stream().min(byLastIndex()).orElse(any);
      case INSTALLING -> world.lastToInstall().orElse(any);
      case JUST_ACCEPTED -> world.lastToAccept().orElse(any);
    };
  }

  private List<SimulatedMember> followers() {
    var leader = world.leader();
    return world.members().stream()
        .filter(member -> member.life().isPresent())
        .filter(member -> leader.isEmpty() || member != leader.get())
        .toList();
  }

  private static Comparator<SimulatedMember> byLastIndex() {
    return Comparator.comparingLong(
        member -> member.life().orElseThrow().core().replica().status().lastIndex());
  }
}
