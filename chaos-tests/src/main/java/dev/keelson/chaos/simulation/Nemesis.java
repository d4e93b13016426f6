package dev.keelson.chaos.simulation;

import dev.keelson.storage.disk.FaultPlan;
import dev.keelson.storage.disk.Survival;
import java.util.Comparator;
import java.util.List;

/** Does what a list of faults says. What it chooses itself depends on the fault alone. */
final class Nemesis {
  private static final int ACTOR = 98;
  private static final long SLOW_FACTOR = 50;
  private static final int NEAR_OPERATIONS = 40;

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
    world.network().cut(from.id(), to.id());
    // A connection that breaks tells its sender, or nobody.
    if (fault.choice() % 2 == 0) {
      from.life().ifPresent(life -> life.plan(0, () -> life.voices().onDisconnected(to.id())));
    }
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
