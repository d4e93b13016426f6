package dev.keelson.chaos.simulation;

import dev.keelson.server.MemberCore;
import dev.keelson.server.MemberStop;
import dev.keelson.server.MemberTuning;
import dev.keelson.server.StartException;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.space.DiskSpace;
import dev.keelson.storage.disk.SimulatedCrash;
import dev.keelson.storage.disk.SimulatedDisk;
import dev.keelson.storage.disk.Survival;
import dev.keelson.storage.mvcc.engine.MemoryEngines;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A member through all its lives: its place, its disk, and the life it has now, if any. */
final class SimulatedMember {
  private static final long RESTART_NANOS = 20_000_000;
  private static final double DRIFT = 0.01;

  private final World world;
  private final int number;
  private final long id;
  private final ServerConfig config;
  private final MemberTuning tuning;
  private final SimulatedDisk disk;
  private final Chance chance;
  private final double clockRate;
  private @Nullable MemberLife life;
  private long pausedUntil;
  private long mayStartAt;
  private int lives;

  SimulatedMember(
      World world, int number, long id, ServerConfig config, MemberTuning tuning, Chance chance) {
    this.world = world;
    this.number = number;
    this.id = id;
    this.config = config;
    this.tuning = tuning;
    this.chance = chance;
    this.disk = new SimulatedDisk(chance.nextLong());
    this.clockRate = 1 - DRIFT + 2 * DRIFT * chance.nextInt(1_001) / 1_000.0;
  }

  int actor() {
    return number + 1;
  }

  long id() {
    return id;
  }

  String name() {
    return "m" + number;
  }

  int number() {
    return number;
  }

  SimulatedDisk disk() {
    return disk;
  }

  ServerConfig config() {
    return config;
  }

  /** Empty while it is down. */
  Optional<MemberLife> life() {
    return life != null && life.isBegun() ? Optional.of(life) : Optional.empty();
  }

  boolean isPaused() {
    return pausedUntil > world.timeline().now();
  }

  long pausedUntil() {
    return pausedUntil;
  }

  void start() {
    if (life != null || world.timeline().now() < mayStartAt) {
      return;
    }
    lives++;
    disk.inject(world.planted().disk());
    var clock = new MemberClock(world.timeline(), chance.nextLong() >> 2, clockRate);
    var pace = new Pace(chance.split(), world.settings().speeds());
    var starting = new MemberLife(world, this, clock, pace);
    life = starting;
    try {
      starting.begin(open(starting));
    } catch (SimulatedCrash crash) {
      crashed();
      return;
    } catch (StartException e) {
      if (isCrash(e)) {
        crashed();
        return;
      }
      throw new SimulationFailure("restart", name() + " does not start: " + e.getMessage(), e);
    }
    world.log("%s starts, life %d", name(), lives);
    world.monitor().started(starting);
    world.monitor().look(starting);
  }

  private static boolean isCrash(Throwable thrown) {
    for (var part = thrown; part != null; part = part.getCause()) {
      if (part instanceof SimulatedCrash) {
        return true;
      }
    }
    return false;
  }

  private MemberCore open(MemberLife starting) throws StartException {
    var transport = new SimulatedTransport(world, starting);
    return MemberCore.open(
        config,
        tuning,
        new MemberCore.Surroundings(
            starting.clock(),
            world::wallSeconds,
            chance.split(),
            new SimulatedWorkers(starting),
            disk,
            new MemoryEngines(disk),
            world::ask,
            (identity, table) -> transport,
            new RoomyDisk(),
            new MemberCore.Events() {
              @Override
              public void memberFailed(String worker, Throwable cause) {
                starting.failed(worker, cause);
              }

              @Override
              public void memberRemoved() {
                starting.expelled(new MemberStop.Removed());
              }

              @Override
              public void memberExpelled(MemberStop how) {
                starting.expelled(how);
              }
            }));
  }

  /** The disk has stopped the machine in the middle of an operation. */
  void crashed() {
    world.count("crashes inside a disk operation");
    powerLoss(chance.oneOf(List.of(Survival.values())), RESTART_NANOS);
  }

  /** Ends the life there is; it begins anew after a while. */
  void powerLoss(Survival survival, long downNanos) {
    disk.inject(world.planted().disk());
    disk.powerLoss(survival);
    down("lost power, keeps " + survival, downNanos);
  }

  void kill(long downNanos) {
    disk.inject(world.planted().disk());
    disk.killProcess();
    down("was killed", downNanos);
  }

  private void down(String how, long downNanos) {
    world.log("%s %s", name(), how);
    if (life != null) {
      var ended = life;
      life = null;
      ended.end();
      world.monitor().ended(this);
    }
    mayStartAt = world.timeline().now() + downNanos;
    world.timeline().plan(downNanos, actor(), this::start);
  }

  /** Stays down from now on. */
  void bury() {
    if (life != null) {
      kill(0);
    }
    mayStartAt = Long.MAX_VALUE;
  }

  void pause(long nanos) {
    pausedUntil = Math.max(pausedUntil, world.timeline().now() + nanos);
  }

  void resume() {
    pausedUntil = 0;
  }

  /** Starts soon if it is down. */
  void rouse() {
    mayStartAt = 0;
    start();
  }

  private record RoomyDisk() implements DiskSpace {
    private static final long BYTES = 1L << 40;

    @Override
    public long totalBytes() {
      return BYTES;
    }

    @Override
    public long usableBytes() {
      return BYTES;
    }
  }
}
