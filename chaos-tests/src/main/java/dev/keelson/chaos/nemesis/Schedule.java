package dev.keelson.chaos.nemesis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What happens when, drawn from a seed: mostly one fault at a time, sometimes two, or a storm. */
public record Schedule(List<Step> steps) {
  /**
   * Faults that begin and end together.
   *
   * @param quiet how long nothing is broken afterwards
   */
  public record Step(List<FaultKind> kinds, Duration lasts, Duration quiet) {
    public Step {
      kinds = List.copyOf(kinds);
    }
  }

  public Schedule {
    steps = List.copyOf(steps);
  }

  /** Every kind comes once before any comes again, for as long as there is time. */
  public static Schedule draw(long seed, List<FaultKind> kinds, Duration total) {
    var random = new Random(seed);
    var steps = new ArrayList<Step>();
    var left = new ArrayList<FaultKind>();
    Duration planned = Duration.ZERO;
    while (planned.compareTo(total) < 0) {
      int together = random.nextInt(10) < 7 ? 1 : 2 + random.nextInt(2);
      var chosen = new ArrayList<FaultKind>();
      for (int i = 0; i < together; i++) {
        if (left.isEmpty()) {
          left.addAll(kinds);
        }
        FaultKind kind = left.remove(random.nextInt(left.size()));
        if (!chosen.contains(kind)) {
          chosen.add(kind);
        }
      }
      Duration lasts = Duration.ofMillis(1_500 + random.nextInt(3_500));
      Duration quiet = Duration.ofMillis(1_000 + random.nextInt(2_000));
      steps.add(new Step(chosen, lasts, quiet));
      planned = planned.plus(lasts).plus(quiet);
    }
    return new Schedule(steps);
  }
}
