package dev.keelson.chaos.simulation;

import dev.keelson.server.MemberCore;
import dev.keelson.server.MemberStop;
import dev.keelson.server.MemberTuning;
import dev.keelson.server.RemovedException;
import dev.keelson.server.StartException;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.server.space.DiskSpace;
import dev.keelson.server.watch.WatchLimits;
import dev.keelson.storage.disk.FaultPlan;
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
  private static final long REMOVED_STAYS_NANOS = 1_000_000_000;
  private static final int DISK_FAILED = 70;
  private static final double DRIFT = 0.01;

  private final World world;
  private final int number;
  private final long id;
  private final String url;
  private final MemberTuning tuning;
  private final SimulatedDisk disk;
  private final Chance chance;
  private final double clockRate;
  private ServerConfig config;
  private @Nullable MemberLife life;
  private boolean entered;
  private boolean troubled;
  private boolean retired;
  private long pausedUntil;
  private long mayStartAt;
  private int lives;
  private long wallOffsetSeconds;
  private boolean takesAllWithIt;
  private boolean lies;
  private boolean liedAndLostPower;
  private boolean wiped;

  SimulatedMember(
      World world,
      int number,
      long id,
      String url,
      ServerConfig config,
      MemberTuning tuning,
      Chance chance) {
    this.world = world;
    this.number = number;
    this.id = id;
    this.url = url;
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

  /** Where its peers find it. */
  String url() {
    return url;
  }

  /** What its clock says, as far as it can be told from outside. */
  long virtualSeconds() {
    return world.timeline().now() / 1_000_000_000;
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

  MemberTuning tuning() {
    return tuning;
  }

  /** What its watchers may hold. */
  WatchLimits watchLimits() {
    return tuning.watch();
  }

  /** Whether it has ever run: from then on its own data says what it is. */
  boolean hasEntered() {
    return entered;
  }

  /** Whether it never starts again. */
  boolean isRetired() {
    return retired;
  }

  /** It was added, and is started with what the operator knows of the members now. */
  void join(ServerConfig told) {
    config = told;
    start();
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
    if (life != null || retired || world.timeline().now() < mayStartAt) {
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
      life = null;
      starting.end();
      refused(e);
      return;
    }
    entered = true;
    world.log("%s starts, life %d", name(), lives);
    if (liedAndLostPower) {
      // What is gone could be anything, and nothing on the disk tells of it.
      world.endBeyondThePromise("lies that nobody could see");
      return;
    }
    world.monitor().started(starting);
    world.monitor().look(starting);
  }

  /** From now on the disk may give the member a reason to stop. */
  void troubleDisk(FaultPlan plan) {
    troubled = true;
    disk.inject(plan);
  }

  /** Nothing more fails; what has failed already, the member may still be about to say. */
  void healDisk() {
    disk.inject(world.planted().disk());
  }

  /** Whether the member may stop for this: its disk has failed, and it says that it is the disk. */
  boolean mayStopFor(String worker, Throwable cause) {
    return troubled && new MemberStop.Failed(worker, cause).exitCode() == DISK_FAILED;
  }

  /** It has said that its disk fails: it stops soon, and is started again by somebody. */
  void stopOverItsDisk() {
    world.count("members that stopped over their disk");
    kill(RESTART_NANOS);
  }

  /** Who was removed says so and stays down; who is new may not be let in yet. */
  private void refused(StartException e) {
    if (e instanceof RemovedException && world.monitor().configurations().isRemoved(id)) {
      world.count("starts refused after a removal");
      retire();
    } else if (wiped) {
      world.count("starts refused on a wiped disk");
      retire();
    } else if (liedAndLostPower) {
      world.count("starts refused after the disk had lied");
      retire();
    } else if (mayStopFor("start", e)) {
      stopOverItsDisk();
    } else if (joins() && !entered) {
      world.count("starts refused before the first");
      world.log("%s may not start yet: %s", name(), String.valueOf(e.getMessage()));
    } else {
      throw new SimulationFailure("restart", name() + " does not start: " + e.getMessage(), e);
    }
  }

  private boolean joins() {
    return config.initialCluster().state() == ServerConfig.InitialCluster.State.EXISTING;
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
    starting.plan(0, transport::dial);
    return MemberCore.open(
        config,
        tuning,
        new MemberCore.Surroundings(
            starting.clock(),
            () -> world.wallSeconds() + wallOffsetSeconds,
            chance.split(),
            new SimulatedWorkers(starting),
            disk,
            world.planted().engines(this, new MemoryEngines(disk)),
            (url, timeout) -> world.ask(this, url),
            (identity, table) -> transport,
            new RoomyDisk(),
            new MemberCore.Events() {
              @Override
              public void memberFailed(String worker, Throwable cause) {
                starting.failed(worker, cause);
              }

              @Override
              public void memberRemoved() {
                starting.expelled(new MemberStop.Removed(), REMOVED_STAYS_NANOS);
              }

              @Override
              public void memberExpelled(MemberStop how) {
                starting.expelled(how, 0);
              }
            }));
  }

  /** The disk has stopped the machine in the middle of an operation. */
  void crashed() {
    world.count("crashes inside a disk operation");
    boolean all = takesAllWithIt;
    powerLoss(chance.oneOf(List.of(Survival.values())), RESTART_NANOS);
    if (all) {
      world.count("crashes of all inside a disk operation");
      for (var member : world.members()) {
        if (member != this) {
          member.powerLoss(member.chance.oneOf(List.of(Survival.values())), RESTART_NANOS);
        }
      }
    }
  }

  /** When this plan stops the member, all the others lose power too. */
  void crashWithAll(FaultPlan plan) {
    takesAllWithIt = true;
    disk.inject(plan);
  }

  /** From now on syncs do nothing; in the end, power is lost and with it all that they promised. */
  void lie(long nanos) {
    lies = true;
    world.log("%s has a disk that lies", name());
    disk.inject(
        (number, operation, path) ->
            operation == FaultPlan.Operation.SYNC
                ? FaultPlan.Verdict.LOSE
                : FaultPlan.Verdict.PROCEED);
    world.timeline().plan(nanos, actor(), () -> powerLoss(Survival.NOTHING, RESTART_NANOS));
  }

  /** An empty disk takes the place of the one there was; the flags are those of the birth. */
  void wipe(long downNanos) {
    wiped = true;
    down("loses its disk", downNanos);
    disk.replace();
  }

  /** Whether it has another disk than the one the others know. */
  boolean isWiped() {
    return wiped;
  }

  /** The wall clock jumps, and is set right after a while. */
  void setWallClock(long seconds, long nanos) {
    wallOffsetSeconds += seconds;
    world.timeline().plan(nanos, actor(), () -> wallOffsetSeconds -= seconds);
  }

  /** Ends the life there is; it begins anew after a while. */
  void powerLoss(Survival survival, long downNanos) {
    disk.powerLoss(survival);
    liedAndLostPower = liedAndLostPower || lies;
    down("lost power, keeps " + survival, downNanos);
  }

  void kill(long downNanos) {
    disk.killProcess();
    down("was killed", downNanos);
  }

  private void down(String how, long downNanos) {
    troubled = false;
    takesAllWithIt = false;
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
  void retire() {
    retired = true;
    if (life != null) {
      kill(0);
    }
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
