package dev.keelson.chaos.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
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
    DISK_ERROR,
    /** The victim's wall clock says something else, by seconds or by years, and is set right. */
    WALL_JUMP,
    /** One worker of the victim does nothing for a while; the others go on. */
    STALL,
    /** What the victim says reaches only as many others as make a majority with it. */
    FAINT,
    /** Two groups that hear each other through the victim alone, or a chain. */
    BRIDGE,
    /** As a crash, at the next operation of one kind: a rename, a roll, a sync ... */
    CRASH_AT,
    /** As {@link #CRASH_AT}, and all the others lose power with it. */
    CRASH_OF_ALL_AT,
    /** The next operation of one kind fails, or finds no room. */
    DISK_ERROR_AT,
    /** The victim's disk only says that it has synced, until it loses power. Beyond the promise. */
    LIE,
    /** The victim comes back with an empty disk. */
    WIPE;

    /** Those that are drawn before everything else. */
    static final List<Kind> FIRST =
        List.copyOf(EnumSet.complementOf(EnumSet.range(DISK_ERROR, WIPE)));

    /** Those that are drawn after everything else. */
    static final List<Kind> LATER = List.copyOf(EnumSet.range(WALL_JUMP, WIPE));
  }

  /** Whom it hits. */
  enum Victim {
    ANY,
    LEADER,
    MOST_UP_TO_DATE_FOLLOWER,
    MOST_BEHIND,
    /** Who was sent the last piece of a snapshot. */
    INSTALLING,
    /** Who was the last to say that it holds an entry. */
    JUST_ACCEPTED
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
