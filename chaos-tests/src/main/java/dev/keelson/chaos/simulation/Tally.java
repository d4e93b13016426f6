package dev.keelson.chaos.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What many runs have come to, in words. Not thread-safe. */
public final class Tally {
  private static final String FAULT = "fault ";
  private static final int RAREST = 6;
  private static final double SECOND = 1e9;

  private final Map<String, Long> counts = new TreeMap<>();
  private long seeds;
  private long events;
  private long virtualNanos;
  private long failures;
  private long replayed;

  public void add(Simulation.Result result) {
    seeds++;
    events += result.events();
    virtualNanos += result.virtualNanos();
    failures += result.failure().isPresent() ? 1 : 0;
    result.counts().forEach((what, count) -> counts.merge(what, count, Long::sum));
  }

  /** A run was made again, and was the same. */
  public void addReplay() {
    replayed++;
  }

  public long seeds() {
    return seeds;
  }

  /**
   * How far it has come.
   *
   * @param nanos that it took
   */
  public List<String> progress(long nanos) {
    var lines = new ArrayList<String>();
    lines.add(
        "%,d seeds, %,d events (%,.0f/s), %.2f virtual hours (%.0f times real time)"
            .formatted(
                seeds,
                events,
                events / (nanos / SECOND),
                virtualNanos / SECOND / 3_600,
                (double) virtualNanos / nanos));
    lines.add("  faults: " + listed(named(true)));
    lines.add("  rarest: " + listed(named(false).stream().limit(RAREST).toList()));
    return lines;
  }

  private List<Map.Entry<String, Long>> named(boolean faults) {
    return counts.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(FAULT) == faults)
        .sorted(Comparator.comparingLong(Map.Entry<String, Long>::getValue))
        .toList();
  }

  private static String listed(List<Map.Entry<String, Long>> entries) {
    return entries.stream()
        .map(entry -> "%s %,d".formatted(withoutPrefix(entry.getKey()), entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String withoutPrefix(String what) {
    return what.startsWith(FAULT) ? what.substring(FAULT.length()) : what;
  }

  /** Everything that has happened, and how often. */
  public List<String> everything() {
    return counts.entrySet().stream()
        .map(entry -> "  %,12d  %s".formatted(entry.getValue(), entry.getKey()))
        .toList();
  }

  /**
   * A row for the table in docs/verification.md.
   *
   * @param command that does it again
   */
  public String row(String command) {
    return "| %,d seeds | %,d events | %.1f virtual hours | %,d replayed | %,d failed | `%s` |"
        .formatted(seeds, events, virtualNanos / SECOND / 3_600, replayed, failures, command);
  }
}
