package dev.keelson.chaos.simulation;

import java.io.PrintWriter;
import java.io.StringWriter;
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
      Plan plan,
      long events,
      long virtualNanos,
      long hash,
      Map<String, Long> counts,
      Optional<Failure> failure) {
    public long seed() {
      return plan.seed();
    }

    Result with(Plan other) {
      return new Result(other, events, virtualNanos, hash, counts, failure);
    }
  }

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
    return run(Plan.draw(seed), Planted.NOTHING);
  }

  /** As {@link #run(long)}, with a bug in every member. */
  static Result run(long seed, Planted planted) {
    return run(Plan.draw(seed), planted);
  }

  public static Result run(Plan plan) {
    return run(plan, Planted.NOTHING);
  }

  /** As a failed run, with as little of its plan as it takes. */
  public static Result shrink(Result failed) {
    return new Shrinker(Planted.NOTHING, SHRINK_RUNS).shrink(failed);
  }

  static Result run(Plan plan, Planted planted) {
    var world = new World(plan, planted);
    Optional<Failure> failure = Optional.empty();
    try {
      world.run();
    } catch (SimulationFailure e) {
      failure = Optional.of(describe(e.invariant(), e, world, plan.faults()));
    } catch (RuntimeException e) {
      failure = Optional.of(describe("exception", e, world, plan.faults()));
    }
    var timeline = world.timeline();
    return new Result(
        plan,
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
