package dev.keelson.chaos.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Everything that makes a run the run it is: the seed of its dice, what exists in it, and what goes
 * wrong when. As text it stands for itself, whatever a later generator draws from the same seed, so
 * that a failure can be kept as a test (2.6).
 */
public final class Plan {
  /** Rises when the dice are thrown in another order within a run: older texts run otherwise. */
  private static final int DRAWS = 1;

  private final long seed;
  private final Settings settings;
  private final List<Fault> faults;

  Plan(long seed, Settings settings, List<Fault> faults) {
    this.seed = seed;
    this.settings = settings;
    this.faults = List.copyOf(faults);
  }

  /** What a seed draws. */
  public static Plan draw(long seed) {
    var chance = new Chance(seed);
    var settings = Settings.draw(chance.split(), Simulation.HORIZON_NANOS);
    return new Plan(seed, settings, Fault.plan(settings, chance.split()));
  }

  public long seed() {
    return seed;
  }

  Settings settings() {
    return settings;
  }

  List<Fault> faults() {
    return faults;
  }

  Plan with(List<Fault> others) {
    return new Plan(seed, settings, others);
  }

  Plan with(Settings others) {
    return new Plan(seed, others, faults);
  }

  // ---- As text ----------------------------------------------------------------------------------

  /** The same plan again, by {@link #parse}. */
  public String text() {
    var lines = new ArrayList<String>();
    lines.add("draws " + DRAWS);
    lines.add("seed " + seed);
    lines.add("cluster " + NumberText.of(new Cluster(settings.voters(), settings.horizonNanos())));
    lines.add("sizes " + NumberText.of(settings.sizes()));
    lines.add("speeds " + NumberText.of(settings.speeds()));
    lines.add("load " + NumberText.of(settings.load()));
    for (var fault : faults) {
      lines.add(
          "fault %d %s %s %d %d"
              .formatted(
                  fault.atNanos(),
                  fault.kind(),
                  fault.victim(),
                  fault.choice(),
                  fault.durationNanos()));
    }
    return String.join("\n", lines) + "\n";
  }

  record Cluster(int voters, long horizonNanos) {}

  /**
   * Reads a plan; lines that are empty or begin with {@code #} say nothing.
   *
   * @throws IllegalArgumentException if it is none, or one of a later simulator
   */
  public static Plan parse(String text) {
    var lines = new ArrayList<List<String>>();
    text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(line -> lines.add(List.of(line.split("\\s+"))));
    var faults = new ArrayList<Fault>();
    for (var words : lines) {
      if (words.getFirst().equals("fault")) {
        faults.add(fault(words));
      }
    }
    int draws = Integer.parseInt(one(lines, "draws").getFirst());
    if (draws > DRAWS) {
      throw new IllegalArgumentException("draws " + draws + ", known are up to " + DRAWS);
    }
    var cluster = NumberText.read(Cluster.class, one(lines, "cluster"));
    return new Plan(
        Long.parseLong(one(lines, "seed").getFirst()),
        new Settings(
            cluster.voters,
            NumberText.read(Settings.Sizes.class, one(lines, "sizes")),
            NumberText.read(Settings.Speeds.class, one(lines, "speeds")),
            Map.of(),
            NumberText.read(Settings.Load.class, one(lines, "load")),
            cluster.horizonNanos),
        faults);
  }

  private static List<String> one(List<List<String>> lines, String name) {
    var found = lines.stream().filter(words -> words.getFirst().equals(name)).toList();
    if (found.size() != 1 || found.getFirst().size() < 2) {
      throw new IllegalArgumentException("there must be one line \"" + name + " ...\"");
    }
    return found.getFirst().subList(1, found.getFirst().size());
  }

  private static Fault fault(List<String> words) {
    if (words.size() != 6) {
      throw new IllegalArgumentException("not a fault: " + String.join(" ", words));
    }
    return new Fault(
        Long.parseLong(words.get(1)),
        Fault.Kind.valueOf(words.get(2)),
        Fault.Victim.valueOf(words.get(3)),
        Integer.parseInt(words.get(4)),
        Long.parseLong(words.get(5)));
  }
}
