package dev.keelson.chaos;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.keelson.chaos.simulation.Plan;
import dev.keelson.chaos.simulation.Simulation;
import dev.keelson.chaos.simulation.Tally;
import dev.keelson.chaos.simulation.Template;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs seed after seed, and stops at the first that fails. */
@Command(
    name = "simulate",
    description = "Runs simulated clusters, one for each seed.",
    mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
  private static final double SECOND = 1e9;
  private static final long LONGEST_SEED_SECONDS = 120;
  private static final String SAVED = "chaos-tests/src/test/resources/simulation";

  @Option(names = "--seeds", description = "How many (default: until the time is over).")
  private long seeds = Long.MAX_VALUE;

  @Option(names = "--seed", description = "The first one (default: 0).")
  private long first;

  @Option(names = "--minutes", description = "No further seed after this time.")
  private double minutes = Double.MAX_VALUE;

  @Option(names = "--threads", description = "Seeds at a time (default: ${DEFAULT-VALUE}).")
  private int threads = 1;

  @Option(
      names = "--template",
      description = "Fill this scenario instead of drawing one: ${COMPLETION-CANDIDATES}.")
  private Optional<Template> template = Optional.empty();

  @Option(
      names = "--templates",
      description = "Fill all scenarios in turn, one for each seed, instead of drawing one.")
  private boolean allTemplates;

  @Option(names = "--run", description = "Run the plan in this file, once.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--replay",
      description = "Run one seed in so many twice; both runs must be the same (default: none).")
  private long replayOneIn;

  @Option(names = "--report", description = "Seconds between reports (default: ${DEFAULT-VALUE}).")
  private double reportSeconds = 10;

  @Option(names = "--no-shrink", description = "Report a failure with all its faults.")
  private boolean noShrink;

  @Option(names = "--log", description = "Show what the members log.")
  private boolean log;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Object lock = new Object();
  private final Tally tally = new Tally();
  private final CountDownLatch finished = new CountDownLatch(1);
  private long begunNanos;
  private long reportedNanos;
  private long next;
  private boolean over;
  private Optional<Simulation.Result> failed = Optional.empty();
  private Optional<Throwable> broken = Optional.empty();

  @Override
  public Integer call() throws InterruptedException {
    var logger = (Logger) LoggerFactory.getLogger("dev.keelson");
    var level = logger.getLevel();
    if (!log) {
      logger.setLevel(Level.OFF);
    }
    begunNanos = System.nanoTime();
    reportedNanos = begunNanos;
    next = first;
    if (file.isPresent()) {
      seeds = 1;
    }
    var ending = new Thread(this::stopSoon, "simulate-end");
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      runAll();
      return conclude();
    } finally {
      finished.countDown();
      removeHook(ending);
      logger.setLevel(level);
    }
  }

  /** Whoever ends this by a signal gets the report of what was done, and the seed to go on with. */
  private void stopSoon() {
    synchronized (lock) {
      over = true;
    }
    try {
      if (!finished.await(LONGEST_SEED_SECONDS, TimeUnit.SECONDS)) {
        spec.commandLine().getErr().println("a seed does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is what has ended us.
      LoggerFactory.getLogger(SimulateCommand.class).debug("already ending", e);
    }
  }

  private void runAll() throws InterruptedException {
    var others = new ArrayList<Thread>();
    for (int number = 1; number < threads; number++) {
      others.add(Thread.ofPlatform().name("simulate-" + number).start(this::work));
    }
    work();
    for (var other : others) {
      other.join();
    }
  }

  private void work() {
    try {
      for (var seed = take(); seed.isPresent(); seed = take()) {
        runOne(seed.get());
      }
    } catch (RuntimeException | Error e) {
      synchronized (lock) {
        over = true;
        broken = Optional.of(e);
      }
    }
  }

  private Optional<Long> take() {
    synchronized (lock) {
      boolean late = (System.nanoTime() - begunNanos) / SECOND / 60 > minutes;
      if (over || late || next - first >= seeds) {
        return Optional.empty();
      }
      return Optional.of(next++);
    }
  }

  private void runOne(long seed) {
    var plan = plan(seed);
    var result = Simulation.run(plan);
    boolean again = replayOneIn > 0 && seed % replayOneIn == 0;
    if (again && Simulation.run(plan).hash() != result.hash()) {
      throw new IllegalStateException("seed " + seed + " is another run the second time");
    }
    synchronized (lock) {
      tally.add(result);
      if (again) {
        tally.addReplay();
      }
      if (result.failure().isPresent() && failed.isEmpty()) {
        failed = Optional.of(result);
        over = true;
      }
      long now = System.nanoTime();
      if (now - reportedNanos > reportSeconds * SECOND) {
        reportedNanos = now;
        report();
      }
    }
  }

  private Plan plan(long seed) {
    if (file.isPresent()) {
      try {
        return Plan.parse(Files.readString(file.get()));
      } catch (IOException e) {
        throw new ParameterException(spec.commandLine(), file.get() + ": " + e, e);
      }
    }
    if (allTemplates) {
      var all = Template.values();
      return all[(int) Math.floorMod(seed, (long) all.length)].plan(seed);
    }
    return template.map(chosen -> chosen.plan(seed)).orElseGet(() -> Plan.draw(seed));
  }

  // ---- What is told -----------------------------------------------------------------------------

  private void report() {
    var out = spec.commandLine().getOut();
    tally.progress(System.nanoTime() - begunNanos).forEach(out::println);
    out.flush();
  }

  private int conclude() {
    synchronized (lock) {
      var out = spec.commandLine().getOut();
      report();
      tally.everything().forEach(out::println);
      out.println(tally.row(command(first, Optional.of(tally.seeds()))));
      failed.ifPresent(result -> fail(out, result));
      broken.ifPresent(cause -> cause.printStackTrace(out));
      if (file.isEmpty()) {
        out.println("to go on: " + command(next, Optional.empty()));
      }
      out.flush();
      return failed.isPresent() || broken.isPresent() ? 1 : 0;
    }
  }

  private String command(long from, Optional<Long> count) {
    var words = new ArrayList<>(List.of("./keelson simulate"));
    template.ifPresent(chosen -> words.add("--template " + chosen));
    if (allTemplates) {
      words.add("--templates");
    }
    if (file.isPresent()) {
      words.add("--run " + file.get());
    } else {
      words.add("--seed " + from);
      count.ifPresent(many -> words.add("--seeds " + many));
    }
    if (replayOneIn > 0) {
      words.add("--replay " + replayOneIn);
    }
    if (threads > 1) {
      words.add("--threads " + threads);
    }
    return String.join(" ", words);
  }

  private void fail(PrintWriter out, Simulation.Result result) {
    out.printf("seed %d failed at event %,d%n", result.seed(), result.events());
    var shrunk = noShrink ? result : Simulation.shrink(result);
    var failure = shrunk.failure().orElseThrow();
    out.println(failure.report());
    out.printf("again, all of it: %s%n", command(result.seed(), Optional.of(1L)));
    out.printf(
        "to keep it: %s/%s-%d.run with what it is, what was wrong, and%n%n%s%n",
        SAVED, failure.invariant().toLowerCase(Locale.ROOT), result.seed(), shrunk.plan().text());
  }
}
