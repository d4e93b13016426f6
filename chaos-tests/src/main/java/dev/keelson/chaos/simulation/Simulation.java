package dev.keelson.chaos.simulation;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs seeds. The same seed and the same faults give the same events. */
public final class Simulation {
  /** Time in the world in which things go wrong. */
  public static final long HORIZON_NANOS = 30_000_000_000L;

  private static final int SHRINK_RUNS = 200;

  private Simulation() {}

  /**
   * What a run came to.
   *
   * @param hash of all events
   * @param counts of what has happened, by its name
   */
  public record Result(
      long seed,
      long events,
      long virtualNanos,
      long hash,
      Map<String, Long> counts,
      Optional<Failure> failure) {}

  /**
   * What did not hold.
   *
   * @param trace of the last things that happened
   * @param faults that led to it
   */
  public record Failure(
      String invariant, String message, Throwable cause, List<String> trace, List<String> faults) {
    /** For somebody who must find out why. */
    public String report() {
      var text = new StringWriter();
      try (var lines = new PrintWriter(text)) {
        lines.println(message);
        faults.forEach(fault -> lines.println("  fault " + fault));
        trace.forEach(line -> lines.println("  " + line));
        cause.printStackTrace(lines);
      }
      return text.toString();
    }
  }

  /** A run of the seed with all that it draws. */
  public static Result run(long seed) {
    return run(seed, faults(seed), Planted.NOTHING);
  }

  /** As {@link #run(long)}, with a bug in every member. */
  static Result run(long seed, Planted planted) {
    return run(seed, faults(seed), planted);
  }

  /** As a failed run of this seed, with as few of its faults as it takes. */
  public static Result shrink(long seed) {
    var faults = new ArrayList<>(faults(seed));
    var worst = run(seed, faults, Planted.NOTHING);
    if (worst.failure().isEmpty()) {
      return worst;
    }
    var invariant = worst.failure().get().invariant();
    int runs = 0;
    for (int size = Math.max(1, faults.size() / 2); size > 0; size /= 2) {
      for (int from = 0; from < faults.size() && runs < SHRINK_RUNS; ) {
        var fewer = new ArrayList<>(faults);
        fewer.subList(from, Math.min(from + size, fewer.size())).clear();
        var result = run(seed, fewer, Planted.NOTHING);
        runs++;
        if (result.failure().filter(f -> f.invariant().equals(invariant)).isPresent()) {
          faults = fewer;
          worst = result;
        } else {
          from += size;
        }
      }
    }
    return worst;
  }

  private static List<Fault> faults(long seed) {
    var chance = new Chance(seed);
    var settings = Settings.draw(chance.split(), HORIZON_NANOS);
    return Fault.plan(settings, chance.split());
  }

  private static Result run(long seed, List<Fault> faults, Planted planted) {
    var world =
        new World(seed, Settings.draw(new Chance(seed).split(), HORIZON_NANOS), faults, planted);
    Optional<Failure> failure = Optional.empty();
    try {
      world.run();
    } catch (SimulationFailure e) {
      failure = Optional.of(describe(e.invariant(), e, world, faults));
    } catch (RuntimeException e) {
      failure = Optional.of(describe("exception", e, world, faults));
    }
    var timeline = world.timeline();
    return new Result(
        seed,
        timeline.happened(),
        timeline.now(),
        timeline.hash(),
        Map.copyOf(world.counts()),
        failure);
  }

  private static Failure describe(
      String invariant, Throwable thrown, World world, List<Fault> faults) {
    var until = world.timeline().now();
    return new Failure(
        invariant,
        String.valueOf(thrown.getMessage()),
        thrown,
        world.trace(),
        faults.stream().filter(fault -> fault.atNanos() <= until).map(Fault::toString).toList());
  }
}
