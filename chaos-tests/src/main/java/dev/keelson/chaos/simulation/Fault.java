package dev.keelson.chaos.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Something that goes wrong at a time. A run is given a list of these, so that a failure can be
 * repeated with fewer of them.
 *
 * @param victim chosen when the fault comes
 * @param choice one of the possible others, extents or moments: each kind knows what it means
 */
record Fault(long atNanos, Kind kind, Victim victim, int choice, long durationNanos) {
  /** What goes wrong. */
  enum Kind {
    /** All that was not synced is lost, or any part of it; down for a while. */
    POWER_LOSS,
    /** The process ends, the page cache stays. */
    KILL,
    /** As a power loss, at one of the next operations of the disk. */
    DISK_CRASH,
    /** All members lose power at once. */
    POWER_LOSS_OF_ALL,
    /** Nothing happens in the process for a while. */
    PAUSE,
    /** Nothing passes to or from the victim. */
    ISOLATE,
    /** Nothing passes one way between the victim and one other. */
    CUT,
    /** The victim sends, and hears nothing. */
    DEAF,
    /** The victim hears, and is not heard. */
    MUTE,
    /** Two groups. */
    PARTITION,
    /** What is sent between two comes late, all at once. */
    CLOG,
    SLOW_DISK,
    /** The leader is asked to make way. */
    TRANSFER,
    /** One of the next operations of the disk fails, or finds no room. */
    DISK_ERROR
  }

  /** Whom it hits. */
  enum Victim {
    ANY,
    LEADER,
    MOST_UP_TO_DATE_FOLLOWER,
    MOST_BEHIND
  }

  private static final long SECOND = 1_000_000_000;

  /** Everything that will go wrong in a run, in the order of time. */
  static List<Fault> plan(Settings settings, Chance chance) {
    var plan = new ArrayList<Fault>();
    for (var kind : Kind.values()) {
      Double rate = settings.faultsPerSecond().get(kind);
      if (rate == null) {
        continue;
      }
      var own = chance.split();
      long at = 0;
      while (true) {
        at += (long) (own.delay(SECOND) / rate);
        if (at >= settings.horizonNanos()) {
          break;
        }
        plan.add(
            new Fault(
                at,
                kind,
                own.happens(0.33) ? own.oneOf(List.of(Victim.values())) : Victim.ANY,
                own.nextInt(1 << 20),
                own.magnitude(SECOND / 100, 8 * SECOND)));
      }
    }
    plan.sort(Comparator.comparingLong(Fault::atNanos));
    return List.copyOf(plan);
  }

  @Override
  public String toString() {
    return "%.3fs %s %s choice=%d for %.3fs"
        .formatted(
            atNanos / (double) SECOND, kind, victim, choice, durationNanos / (double) SECOND);
  }
}
