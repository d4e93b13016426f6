package dev.keelson.chaos.simulation;

import dev.keelson.chaos.simulation.Settings.Load;
import dev.keelson.chaos.simulation.Settings.Speeds;
import dev.keelson.chaos.simulation.Simulation.Result;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Finds a smaller plan that breaks the same invariant: whole kinds of faults go first, then faults
 * by halves, then clients and what the network does by chance.
 */
final class Shrinker {
  private static final List<UnaryOperator<Load>> LESS =
      List.of(
          load -> load.withClients(load.writers(), 0, load.leaseHolders()),
          load -> load.withClients(load.writers(), load.watchers(), 0),
          load -> load.withClients(1, load.watchers(), load.leaseHolders()),
          load -> load.withOnly(0, load.patienceNanos(), load.quotaBytes(), load.authNanos()),
          load -> load.withOnly(load.changeNanos(), 0, load.quotaBytes(), load.authNanos()),
          load -> load.withOnly(load.changeNanos(), load.patienceNanos(), 0, load.authNanos()),
          load -> load.withOnly(load.changeNanos(), load.patienceNanos(), load.quotaBytes(), 0));

  private final Planted planted;
  private final int maxRuns;
  private int runs;

  /**
   * A shrinker that may run so many plans.
   *
   * @param planted in every member, as in the run that failed
   */
  Shrinker(Planted planted, int maxRuns) {
    this.planted = planted;
    this.maxRuns = maxRuns;
  }

  /** The result of the smallest plan that was found; the given one if it did not fail. */
  Result shrink(Result failed) {
    if (failed.failure().isEmpty()) {
      return failed;
    }
    var worst = withoutWhatCameLater(failed);
    worst = withFewerKinds(worst);
    worst = withFewerFaults(worst);
    worst = withLess(worst);
    return withFewerFaults(worst);
  }

  private Result tried(Result worst, Plan smaller) {
    if (runs >= maxRuns) {
      return worst;
    }
    runs++;
    var result = Simulation.run(smaller, planted);
    var invariant = worst.failure().orElseThrow().invariant();
    return result.failure().filter(f -> f.invariant().equals(invariant)).isPresent()
        ? result
        : worst;
  }

  /** Cannot change the run: those have not happened yet. */
  private static Result withoutWhatCameLater(Result failed) {
    var past =
        failed.plan().faults().stream()
            .filter(fault -> fault.atNanos() <= failed.virtualNanos())
            .toList();
    return failed.with(failed.plan().with(past));
  }

  private Result withFewerKinds(Result failed) {
    var worst = failed;
    for (var kind : EnumSet.allOf(Fault.Kind.class)) {
      var faults = worst.plan().faults();
      var others = faults.stream().filter(fault -> fault.kind() != kind).toList();
      if (others.size() < faults.size()) {
        worst = tried(worst, worst.plan().with(others));
      }
    }
    return worst;
  }

  private Result withFewerFaults(Result failed) {
    var worst = failed;
    for (int size = Math.max(1, failed.plan().faults().size() / 2); size > 0; size /= 2) {
      for (int from = 0; from < worst.plan().faults().size() && runs < maxRuns; ) {
        var fewer = new ArrayList<>(worst.plan().faults());
        fewer.subList(from, Math.min(from + size, fewer.size())).clear();
        var result = tried(worst, worst.plan().with(fewer));
        if (result.plan().faults().size() < worst.plan().faults().size()) {
          worst = result;
        } else {
          from += size;
        }
      }
    }
    return worst;
  }

  private Result withLess(Result failed) {
    var worst = failed;
    for (var less : LESS) {
      var plan = worst.plan();
      var load = less.apply(plan.settings().load());
      if (!load.equals(plan.settings().load())) {
        worst = tried(worst, plan.with(plan.settings().with(load)));
      }
    }
    var plan = worst.plan();
    var speeds = plan.settings().speeds();
    if (speeds.drop() > 0 || speeds.twice() > 0) {
      var reliable =
          new Speeds(speeds.networkNanos(), speeds.syncNanos(), speeds.threadNanos(), 0, 0);
      worst = tried(worst, plan.with(plan.settings().with(reliable)));
    }
    return worst;
  }
}
