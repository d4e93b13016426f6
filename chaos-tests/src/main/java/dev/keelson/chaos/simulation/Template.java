package dev.keelson.chaos.simulation;

import dev.keelson.chaos.simulation.Fault.Kind;
import dev.keelson.chaos.simulation.Fault.Victim;
import dev.keelson.chaos.simulation.Settings.Sizes;
import dev.keelson.chaos.simulation.Settings.Speeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Scenarios that are known to hurt (2.3): each says which faults come in which order to whom, and
 * what the members and clients are like; a seed fills in the rest.
 */
public enum Template {
  /** Leaders that reach a bare majority and die, over and over: entries of many terms pile up. */
  FIGURE_EIGHT {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(5);
      scenario.every(
          1.6,
          beat -> {
            beat.strike(0, Kind.FAINT, Victim.LEADER, 0.7);
            beat.strike(0.5, beat.chance(0.5) ? Kind.KILL : Kind.POWER_LOSS, Victim.LEADER, 1.5);
          });
    }
  },

  /** A leader cut off goes on taking writes, and comes back to a log that is long gone. */
  LONG_TAIL_MEETS_SNAPSHOT {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3 + 2 * scenario.chance.nextInt(2));
      scenario.snapshots(5, 2);
      scenario.busy(5, 0.05);
      scenario.every(
          6,
          beat -> {
            beat.strike(0, Kind.MUTE, Victim.LEADER, 3.5);
            if (beat.chance(0.6)) {
              beat.strike(3.6, Kind.POWER_LOSS, Victim.INSTALLING, 0.3);
            }
            beat.strike(3.8, Kind.CRASH_AT, Victim.INSTALLING, 0.3);
          });
    }
  },

  /** Members that stood still while others were elected, and then speak of it. */
  VOTES_AFTER_A_PAUSE {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(5);
      scenario.every(
          3,
          beat -> {
            beat.strike(0, Kind.PAUSE, Victim.MOST_UP_TO_DATE_FOLLOWER, 2.2);
            beat.strike(0.1, Kind.KILL, Victim.LEADER, 0.6);
            beat.strike(1.2, Kind.PAUSE, Victim.LEADER, 1.8);
            beat.strike(1.4, Kind.CLOG, Victim.ANY, 1.5);
          });
    }
  },

  /** Members come and go while leaders die. */
  MEMBERS_AND_DYING_LEADERS {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3);
      scenario.only(150_000_000, 0, 0, 0);
      scenario.every(
          1.3,
          beat -> {
            beat.strike(0, Kind.KILL, Victim.LEADER, 0.4);
            if (beat.chance(0.3)) {
              beat.strike(0.6, Kind.PARTITION, Victim.ANY, 1);
            }
          });
    }
  },

  /** Reads that were asked of one leader and are answered under the next. */
  READS_ACROSS_LEADERS {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3 + 2 * scenario.chance.nextInt(2));
      scenario.busy(4, 0);
      scenario.lossy(0.1, 0.3);
      scenario.every(
          2.5,
          beat -> {
            beat.strike(0, Kind.TRANSFER, Victim.LEADER, 0);
            beat.strike(0.05, Kind.PAUSE, Victim.LEADER, 1.6);
            beat.strike(0.1, Kind.STALL, Victim.ANY, 1);
            beat.strike(1.3, Kind.MUTE, Victim.LEADER, 1);
          });
    }
  },

  /** History is cut at deletions while those who watch are late. */
  COMPACTION_AND_LATE_WATCHERS {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3);
      scenario.clients(5, 5, 1);
      scenario.keys(2);
      scenario.busy(10, 0.25);
      scenario.every(
          2,
          beat -> {
            beat.strike(0, Kind.STALL, Victim.ANY, 1.5);
            beat.strike(0.3, Kind.STALL, Victim.LEADER, 1);
            beat.strike(1.2, Kind.POWER_LOSS, Victim.JUST_ACCEPTED, 0.3);
          });
    }
  },

  /** The one who lets leases end stands still, and others count on. */
  LEASES_AND_PAUSED_LEADERS {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3);
      scenario.clients(1, 1, 6);
      scenario.every(
          4,
          beat -> {
            beat.strike(0, Kind.PAUSE, Victim.LEADER, 3);
            beat.strike(0.5, Kind.WALL_JUMP, Victim.ANY, 2);
            beat.strike(2, Kind.WALL_JUMP, Victim.LEADER, 2);
            beat.strike(3.2, Kind.TRANSFER, Victim.LEADER, 0);
          });
    }
  },

  /** All lose power in the moment in which one of them renames, creates or deletes. */
  POWER_LOSS_AT_A_RENAME {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3);
      scenario.snapshots(3, 1);
      scenario.busy(5, 0.02);
      scenario.every(
          1.5,
          beat -> {
            beat.strike(0, Kind.ISOLATE, Victim.MOST_BEHIND, 0.9);
            beat.strike(0.9, Kind.CRASH_OF_ALL_AT, Victim.INSTALLING, 0.2);
          });
    }
  },

  /** No room, just when the log needs another file. */
  FULL_AT_A_ROLL {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3);
      scenario.snapshots(50, 50);
      scenario.busy(3, 0);
      scenario.every(
          2,
          beat -> {
            beat.strike(0, Kind.DISK_ERROR_AT, Victim.LEADER, 0);
            beat.strike(1, Kind.DISK_ERROR_AT, Victim.ANY, 0);
          });
    }
  },

  /** Some hear each other only through a third. */
  PARTIAL_CONNECTIONS {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(5);
      scenario.every(
          5,
          beat -> {
            beat.strike(0, Kind.BRIDGE, beat.chance(0.5) ? Victim.LEADER : Victim.ANY, 3.5);
            beat.strike(1.5, Kind.DEAF, Victim.LEADER, 2);
            beat.strike(3.6, Kind.CUT, Victim.LEADER, 1.5);
          });
    }
  },

  /** A member comes back with an empty disk; nobody may take it for the one it was. */
  WIPED_DISK {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3 + 2 * scenario.chance.nextInt(2));
      scenario.only(0, 0, 0, 0);
      for (int time = 3; time < 20; time += 2) {
        // One of them comes when all is quiet enough; the others then change nothing.
        scenario.at(time).strike(0, Kind.WIPE, Victim.JUST_ACCEPTED, 0.2);
        scenario.at(time).strike(0.1, Kind.ISOLATE, Victim.MOST_BEHIND, 1.5);
      }
      scenario.at(21).strike(0, Kind.KILL, Victim.LEADER, 1);
    }
  },

  /** A disk that only says that it has synced, and then the power goes. */
  LYING_DISK {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3);
      scenario.only(0, 0, 0, 0);
      scenario.snapshots(10, 5);
      scenario.at(3).strike(0, Kind.LIE, Victim.JUST_ACCEPTED, 4);
      scenario.at(20).strike(0, Kind.KILL, Victim.LEADER, 1);
    }
  },

  /** Members that are full, emptied and full again, while leaders die. */
  QUOTA {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3);
      scenario.only(0, 0, 30_000 + scenario.chance.nextInt(30_000), 0);
      scenario.busy(5, 0.01);
      scenario.every(3, beat -> beat.strike(0, Kind.KILL, Victim.LEADER, 0.5));
    }
  },

  /** Rights are given and taken away while leaders change and members lag. */
  RIGHTS {
    @Override
    void fill(Scenario scenario) {
      scenario.voters(3);
      scenario.only(0, 0, 0, 150_000_000);
      scenario.every(
          3,
          beat -> {
            beat.strike(0, Kind.MUTE, Victim.LEADER, 1.5);
            beat.strike(1, Kind.STALL, Victim.MOST_UP_TO_DATE_FOLLOWER, 1.5);
            beat.strike(1.8, Kind.TRANSFER, Victim.LEADER, 0);
          });
    }
  };

  abstract void fill(Scenario scenario);

  /** The scenario as this seed has it. */
  public Plan plan(long seed) {
    var scenario =
        new Scenario(new Chance(seed * 31 + name().hashCode()), Plan.draw(seed).settings());
    fill(scenario);
    return new Plan(seed, scenario.settings, scenario.plan());
  }

  /** What is to come. */
  @FunctionalInterface
  interface Beat {
    void play(Moment moment);
  }

  /** A time from which faults are told. */
  static final class Moment {
    private final Scenario scenario;
    private final double seconds;

    Moment(Scenario scenario, double seconds) {
      this.scenario = scenario;
      this.seconds = seconds;
    }

    boolean chance(double probability) {
      return scenario.chance.happens(probability);
    }

    /** About so much later, for about so long. */
    void strike(double later, Kind kind, Victim victim, double forSeconds) {
      scenario.faults.add(
          new Fault(
              (long) (seconds * SECOND) + nanos(later),
              kind,
              victim,
              scenario.chance.nextInt(1 << 20),
              nanos(forSeconds)));
    }

    private long nanos(double about) {
      return (long) (about * SECOND * (0.8 + 0.4 * scenario.chance.nextInt(1_000) / 1_000));
    }
  }

  private static final double SECOND = 1e9;

  /** What a template makes of the settings that its seed has drawn. */
  static final class Scenario {
    private final Chance chance;
    private final List<Fault> faults = new ArrayList<>();
    private Settings settings;

    Scenario(Chance chance, Settings drawn) {
      this.chance = chance;
      var speeds = drawn.speeds();
      // Fast enough for what is to happen within a beat.
      this.settings =
          drawn
              .with(
                  new Speeds(
                      Math.min(speeds.networkNanos(), 5_000_000),
                      Math.min(speeds.syncNanos(), 5_000_000),
                      Math.min(speeds.threadNanos(), 500_000),
                      0,
                      0))
              .with(drawn.load().withOnly(0, drawn.load().patienceNanos(), 0, 0));
    }

    void voters(int count) {
      settings = settings.withVoters(count);
    }

    /** Flushes after so many entries, and keeps so many behind. */
    void snapshots(long entries, long kept) {
      var sizes = settings.sizes();
      settings =
          settings.with(
              new Sizes(
                  4 << 10,
                  sizes.allocationBytes(),
                  1 + chance.nextInt(2_000),
                  entries,
                  kept,
                  sizes.watchStreamDeliveries(),
                  sizes.scanRevisions(),
                  sizes.scanChanges(),
                  sizes.compactionBatch()));
    }

    void clients(int writers, int watchers, int holders) {
      settings = settings.with(settings.load().withClients(writers, watchers, holders));
    }

    void keys(int count) {
      var load = settings.load();
      settings = settings.with(load.withThought(load.thinkNanos(), count, load.compactions()));
    }

    /** A client thinks for so long, and compacts that often instead of anything else. */
    void busy(int thinkMillis, double compactions) {
      var load = settings.load();
      settings =
          settings.with(load.withThought(thinkMillis * 1_000_000L, load.keys(), compactions));
    }

    void lossy(double drop, double twice) {
      var speeds = settings.speeds();
      settings =
          settings.with(
              new Speeds(
                  speeds.networkNanos(), speeds.syncNanos(), speeds.threadNanos(), drop, twice));
    }

    void only(long changes, long patience, long quota, long auth) {
      settings = settings.with(settings.load().withOnly(changes, patience, quota, auth));
    }

    Moment at(double seconds) {
      return new Moment(this, seconds);
    }

    /** Again and again, as soon as there is a leader and until there must be peace. */
    void every(double seconds, Beat beat) {
      for (double at = 2.5; at + seconds < settings.horizonNanos() / SECOND; at += seconds) {
        beat.play(at(at));
      }
    }

    private List<Fault> plan() {
      faults.removeIf(fault -> fault.atNanos() >= settings.horizonNanos());
      faults.sort(Comparator.comparingLong(Fault::atNanos));
      return faults;
    }
  }
}
