package dev.keelson.chaos;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.keelson.chaos.simulation.Simulation;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs seed after seed, and stops at the first that fails. */
@Command(
    name = "simulate",
    description = "Runs simulated clusters, one for each seed.",
    mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
  private static final long REPORT_NANOS = 5_000_000_000L;
  private static final double SECOND = 1e9;

  @Option(names = "--seeds", description = "How many (default: until the time is over).")
  private long seeds = Long.MAX_VALUE;

  @Option(names = "--seed", description = "The first one (default: 0).")
  private long first;

  @Option(names = "--minutes", description = "No further seed after this time.")
  private double minutes = Double.MAX_VALUE;

  @Option(names = "--no-shrink", description = "Report a failure with all its faults.")
  private boolean noShrink;

  @Option(names = "--log", description = "Show what the members log.")
  private boolean log;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Map<String, Long> counts = new TreeMap<>();
  private long done;
  private long events;
  private long virtualNanos;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    if (!log) {
      ((Logger) LoggerFactory.getLogger("dev.keelson")).setLevel(Level.OFF);
    }
    long begun = System.nanoTime();
    long reported = begun;
    for (long seed = first; done < seeds; seed++) {
      var result = Simulation.run(seed);
      add(result);
      if (result.failure().isPresent()) {
        fail(out, result);
        return 1;
      }
      long now = System.nanoTime();
      if (now - reported > REPORT_NANOS) {
        progress(out, now - begun);
        reported = now;
      }
      if ((now - begun) / SECOND / 60 > minutes) {
        break;
      }
    }
    progress(out, System.nanoTime() - begun);
    counts.forEach((what, count) -> out.printf("  %,12d  %s%n", count, what));
    out.flush();
    return 0;
  }

  private void add(Simulation.Result result) {
    done++;
    events += result.events();
    virtualNanos += result.virtualNanos();
    result.counts().forEach((what, count) -> counts.merge(what, count, Long::sum));
  }

  private void progress(PrintWriter out, long nanos) {
    out.printf(
        "%,d seeds, %,d events (%,.0f/s), %.2f virtual hours (%.0f times real time)%n",
        done,
        events,
        events / (nanos / SECOND),
        virtualNanos / SECOND / 3_600,
        (double) virtualNanos / nanos);
    out.flush();
  }

  private void fail(PrintWriter out, Simulation.Result result) {
    out.printf("seed %d failed at event %,d%n", result.seed(), result.events());
    var shrunk = noShrink ? result : Simulation.shrink(result.seed());
    out.println(shrunk.failure().orElseThrow().report());
    out.printf("again: ./keelson simulate --seed %d --seeds 1%n", result.seed());
    out.flush();
  }
}
