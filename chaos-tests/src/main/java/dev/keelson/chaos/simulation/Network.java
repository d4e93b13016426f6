package dev.keelson.chaos.simulation;

import java.util.Map;
import java.util.TreeMap;

/**
 * The links between members, each with its own luck in each direction: what is sent comes late, out
 * of order, twice, or not at all.
 */
final class Network {
  private final Timeline timeline;
  private final Settings.Speeds speeds;
  private final Chance chance;
  private final Map<Direction, Link> links = new TreeMap<>();
  private boolean healed;

  private record Direction(long from, long to) implements Comparable<Direction> {
    @Override
    public int compareTo(Direction other) {
      int byFrom = Long.compare(from, other.from);
      return byFrom != 0 ? byFrom : Long.compare(to, other.to);
    }
  }

  private static final class Link {
    int cuts;
    long cloggedUntil;
  }

  Network(Timeline timeline, Settings.Speeds speeds, Chance chance) {
    this.timeline = timeline;
    this.speeds = speeds;
    this.chance = chance;
  }

  boolean isCut(long from, long to) {
    return link(from, to).cuts > 0;
  }

  /** As {@link #isCut} of neither direction; from any thread while nothing happens. */
  boolean passes(long one, long two) {
    return isOpen(one, two) && isOpen(two, one);
  }

  private boolean isOpen(long from, long to) {
    var link = links.get(new Direction(from, to));
    return link == null || link.cuts == 0;
  }

  /** Cuts may lie upon each other: each is ended by one {@link #mend}. */
  void cut(long from, long to) {
    link(from, to).cuts++;
  }

  void mend(long from, long to) {
    var link = link(from, to);
    link.cuts = Math.max(0, link.cuts - 1);
  }

  void clog(long from, long to, long nanos) {
    link(from, to).cloggedUntil = timeline.now() + nanos;
  }

  /** From now on nothing is lost by chance, and nothing comes twice. */
  void heal() {
    healed = true;
  }

  /** Mends this direction for good. */
  void restore(long from, long to) {
    var link = link(from, to);
    link.cuts = 0;
    link.cloggedUntil = 0;
  }

  /** Carries something, perhaps. */
  void carry(long from, long to, int actor, Runnable arrival) {
    if (!healed && chance.happens(speeds.drop())) {
      return;
    }
    deliver(from, to, actor, arrival);
    if (!healed && chance.happens(speeds.twice())) {
      deliver(from, to, actor, arrival);
    }
  }

  /** As a connection does: once, if the link stands when it is sent and when it arrives. */
  void carryReliably(long from, long to, int actor, Runnable arrival) {
    deliver(from, to, actor, arrival);
  }

  private void deliver(long from, long to, int actor, Runnable arrival) {
    if (isCut(from, to)) {
      return;
    }
    timeline.plan(
        delay(from, to),
        actor,
        () -> {
          if (!isCut(from, to)) {
            arrival.run();
          }
        });
  }

  /** How long something takes now. */
  long delay(long from, long to) {
    long clogged = Math.max(0, link(from, to).cloggedUntil - timeline.now());
    return clogged
        + chance.delay(healed ? Math.min(speeds.networkNanos(), 1_000_000) : speeds.networkNanos());
  }

  private Link link(long from, long to) {
    return links.computeIfAbsent(new Direction(from, to), direction -> new Link());
  }
}
