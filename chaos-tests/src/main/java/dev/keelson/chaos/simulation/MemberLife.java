package dev.keelson.chaos.simulation;

import dev.keelson.server.MemberCore;
import dev.keelson.server.MemberStop;
import dev.keelson.server.http.HealthMeasures;
import dev.keelson.server.rpc.CallMeasures;
import dev.keelson.server.rpc.ClientServices;
import dev.keelson.server.rpc.Monitoring;
import dev.keelson.server.snapshot.IncomingSnapshots;
import dev.keelson.server.transport.PeerListener;
import dev.keelson.storage.disk.SimulatedCrash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A member from its start to its crash. Everything that happens in it happens through here: not at
 * all once it is over, later while it is paused, and with a look at the invariants afterwards.
 */
final class MemberLife {
  private final World world;
  private final SimulatedMember member;
  private final MemberClock clock;
  private final Pace pace;
  private final List<Runnable> atEnd = new ArrayList<>();
  private final Map<String, Long> stalledUntil = new HashMap<>();
  private @Nullable MemberCore core;
  private @Nullable PeerListener voices;
  private @Nullable ClientServices services;
  private boolean stopping;
  private boolean over;

  MemberLife(World world, SimulatedMember member, MemberClock clock, Pace pace) {
    this.world = world;
    this.member = member;
    this.clock = clock;
    this.pace = pace;
  }

  void begin(MemberCore opened) {
    core = opened;
    voices = opened.voices();
    var monitoring = new Monitoring(new CallMeasures(), new HealthMeasures(), exchange -> {});
    var sound = opened.services(monitoring);
    services = new ClientServices(world.planted().parts(this, sound), member.config().limits());
    opened.publish();
  }

  long id() {
    return member.id();
  }

  int actor() {
    return member.actor();
  }

  SimulatedMember member() {
    return member;
  }

  MemberClock clock() {
    return clock;
  }

  Pace pace() {
    return pace;
  }

  MemberCore core() {
    if (core == null) {
      throw new IllegalStateException("not begun");
    }
    return core;
  }

  boolean isBegun() {
    return core != null;
  }

  PeerListener voices() {
    if (voices == null) {
      throw new IllegalStateException("not begun");
    }
    return voices;
  }

  ClientServices services() {
    if (services == null) {
      throw new IllegalStateException("not begun");
    }
    return services;
  }

  IncomingSnapshots incoming() {
    return core().incoming();
  }

  long now() {
    return world.timeline().now();
  }

  long globalNanos(long ownNanos) {
    return clock.globalNanos(ownNanos);
  }

  boolean isOver() {
    return over;
  }

  /** Plans something in this life. */
  Timeline.Event plan(long delayNanos, Runnable action) {
    return world.timeline().plan(delayNanos, actor(), () -> enter(action));
  }

  /** Does something in this life: now, after the pause, or never. */
  void enter(Runnable action) {
    if (over) {
      return;
    }
    long paused = member.pausedUntil() - now();
    if (paused > 0) {
      world.timeline().plan(paused, actor(), () -> enter(action));
      return;
    }
    try {
      action.run();
    } catch (SimulatedCrash crash) {
      world.monitor().torn(this);
      member.crashed();
      return;
    }
    if (!over && core != null) {
      world.monitor().look(this);
    }
  }

  /** One worker does no round for a while. */
  void stall(String worker, long nanos) {
    stalledUntil.merge(worker, now() + nanos, Math::max);
  }

  /** How long it does no round yet; 0 or less if it may. */
  long stalledFor(String worker) {
    return stalledUntil.getOrDefault(worker, 0L) - now();
  }

  /** Everything works again. */
  void endStalls() {
    stalledUntil.clear();
  }

  void roundDone(String worker) {
    world.monitor().roundDone(this, worker);
  }

  /** Runs when this life ends, for those outside who wait for it. */
  void whenOver(Runnable action) {
    atEnd.add(action);
  }

  /** A crash has ended this life: whatever failed, failed because of it. */
  boolean isOver(Throwable cause) {
    if (cause instanceof SimulationFailure failure) {
      throw failure;
    }
    for (var part = cause; part != null; part = part.getCause()) {
      if (part instanceof SimulatedCrash crash) {
        throw crash;
      }
    }
    return over;
  }

  void end() {
    over = true;
    atEnd.forEach(Runnable::run);
    atEnd.clear();
  }

  /** The member says that it cannot go on. Nothing is a reason for that but a disk that fails. */
  void failed(String worker, Throwable cause) {
    if (over || stopping) {
      return;
    }
    if (member.mayStopFor(worker, cause)) {
      stopping = true;
      // Its last round may have synced before it failed.
      world.monitor().torn(this);
      world.log("%s: %s failed: %s", member.name(), worker, cause);
      plan(pace.beforeCall(), member::stopOverItsDisk);
    } else {
      throw new SimulationFailure("no-failure", member.name() + ": " + worker + " failed", cause);
    }
  }

  /** The member says that it is wanted no more: true of the removed, and of the wiped. */
  void expelled(MemberStop how, long stayNanos) {
    if (over) {
      return;
    }
    boolean isTrue =
        switch (how) {
          case MemberStop.Removed() -> world.monitor().configurations().isRemoved(member.id());
          case MemberStop.Replaced _ -> member.isWiped();
          case MemberStop.Closed(), MemberStop.Failed _ -> false;
        };
    if (!isTrue) {
      throw new SimulationFailure("I12", member.name() + " was expelled: " + how);
    }
    world.count(
        member.isWiped()
            ? "wiped members that their peers refused"
            : "members that stopped since they were removed");
    plan(stayNanos, member::retire);
  }
}
