package dev.keelson.cli.up;

import dev.keelson.cli.up.ClusterPlan.PlannedMember;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Starts the members, waits until they serve, then says what happens to them and starts those again
 * that die. One thread runs it; {@link #stop} may come from another.
 */
final class Supervisor {
  private static final int START_POLL_MILLIS = 20;
  private static final long FIRST_WAITING_LINE_MILLIS = 5_000;
  private static final int LIFE_POLL_MILLIS = 100;
  private static final int LIFE_POLLS_PER_STATUS_POLL = 5;
  private static final int PROBE_TIMEOUT_MILLIS = 1_000;
  private static final long STOP_MILLIS = 15_000;
  // Ctrl-C reaches the members as well as us: long enough for our own hook to have begun.
  private static final long SIGNAL_GRACE_MILLIS = 300;

  /** A member, its current run, and when it may start again. */
  private static final class Watched {
    private final PlannedMember plan;
    private final Backoff backoff = new Backoff();
    private MemberProcess run;
    private long startedNanos = System.nanoTime();
    private long restartNanos;
    private boolean down;

    Watched(PlannedMember plan, MemberProcess run) {
      this.plan = plan;
      this.run = run;
    }

    String name() {
      return plan.name();
    }
  }

  private final ClusterDirectory directory;
  private final List<String> javaCommand;
  private final boolean restart;
  private final Console console;
  private final ClusterView view;
  private final StatusProbe probe = new StatusProbe(PROBE_TIMEOUT_MILLIS);

  // Guarded by itself: the hook stops what the loop starts. Held only while a process is started
  // or asked to stop, never while one is waited for.
  private final Map<String, Watched> members = new LinkedHashMap<>();
  private volatile boolean stopping;

  Supervisor(
      ClusterDirectory directory, List<String> javaCommand, boolean restart, Console console) {
    this.directory = directory;
    this.javaCommand = javaCommand;
    this.restart = restart;
    this.console = console;
    this.view =
        new ClusterView(directory.plan().members().stream().map(PlannedMember::name).toList());
  }

  /** Starts all members; they start side by side. */
  void start() throws UpException {
    for (PlannedMember member : directory.plan().members()) {
      try {
        launch(member);
      } catch (IOException e) {
        throw new UpException(member.name() + " cannot be started: " + e.getMessage());
      }
    }
  }

  private void launch(PlannedMember member) throws IOException {
    synchronized (members) {
      if (stopping) {
        return;
      }
      var flags = directory.plan().flags(member, directory.memberData(member));
      var run = MemberProcess.start(javaCommand, flags, directory.memberLog(member));
      var watched = members.get(member.name());
      if (watched == null) {
        members.put(member.name(), new Watched(member, run));
      } else {
        watched.run = run;
        watched.startedNanos = System.nanoTime();
        watched.down = false;
      }
    }
  }

  /** Returns once every member serves. */
  void awaitServing() throws UpException, InterruptedException {
    long start = System.nanoTime();
    long nextLineMillis = FIRST_WAITING_LINE_MILLIS;
    var waiting = new ArrayList<>(members.values());
    while (!waiting.isEmpty()) {
      for (Watched member : waiting) {
        if (!member.run.isAlive() && !stopping) {
          throw new UpException(startFailure(member));
        }
      }
      waiting.removeIf(this::serves);
      if (!waiting.isEmpty() && millisSince(start) >= nextLineMillis) {
        console.line("still waiting for " + describe(waiting));
        nextLineMillis *= 2;
      }
      TimeUnit.MILLISECONDS.sleep(waiting.isEmpty() ? 0 : START_POLL_MILLIS);
    }
  }

  private boolean serves(Watched member) {
    if (!probe.isHealthy(member.plan.clientPort())) {
      return false;
    }
    try {
      directory.markServed(member.plan);
    } catch (IOException e) {
      console.line("cannot write to " + directory.root() + ": " + e.getMessage());
    }
    return true;
  }

  private static String startFailure(Watched member) {
    String said = member.run.lastLogLine();
    return "%s did not start: %s (log: %s)"
        .formatted(
            member.name(),
            said.isEmpty() ? MemberProcess.ending(member.run.process().exitValue()) : said,
            member.run.log());
  }

  private static String describe(List<Watched> members) {
    return String.join(
        ", ",
        members.stream()
            .map(member -> member.name() + " (log: " + member.run.log() + ")")
            .toList());
  }

  /** The leader's name; waits a moment for members that have not heard of it yet. */
  String leader() throws InterruptedException {
    for (int round = 0; round < 50 && view.leaderName().isEmpty(); round++) {
      TimeUnit.MILLISECONDS.sleep(round == 0 ? 0 : START_POLL_MILLIS);
      view.observe(askAll());
    }
    return view.leaderName();
  }

  /**
   * Watches for as long as the process lives: it ends by a signal, whose hook stops the members.
   */
  void watch() throws InterruptedException {
    for (int round = 1; true; round++) {
      TimeUnit.MILLISECONDS.sleep(LIFE_POLL_MILLIS);
      for (Watched member : members.values()) {
        if (!member.down && !member.run.isAlive()) {
          died(member);
        }
      }
      if (stopping) {
        continue;
      }
      restartDue();
      if (round % LIFE_POLLS_PER_STATUS_POLL == 0) {
        view.observe(askAll()).forEach(console::line);
        boundLogs();
      }
    }
  }

  private void died(Watched member) throws InterruptedException {
    int exitCode = member.run.process().exitValue();
    if (exitCode == 128 + 2 || exitCode == 128 + 15) {
      TimeUnit.MILLISECONDS.sleep(SIGNAL_GRACE_MILLIS);
    }
    if (stopping) {
      return;
    }
    member.down = true;
    view.down(member.name());
    String line = member.name() + " is down: " + MemberProcess.ending(exitCode);
    if (exitCode > 0 && exitCode < 128) {
      line += ", " + member.run.lastLogLine();
    }
    if (restart) {
      long rest = member.backoff.afterRunOf(millisSince(member.startedNanos));
      member.restartNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(rest);
      line += "; starts again in " + rest / 1_000 + " s";
    }
    console.line(line);
  }

  private void restartDue() {
    for (Watched member : members.values()) {
      boolean due = restart && member.down && System.nanoTime() - member.restartNanos >= 0;
      if (due) {
        try {
          launch(member.plan);
        } catch (IOException e) {
          member.restartNanos += TimeUnit.MILLISECONDS.toNanos(Backoff.MAX_MILLIS);
          console.line(member.name() + " cannot be started again: " + e.getMessage());
        }
      }
    }
  }

  private Map<String, Optional<MemberStatus>> askAll() {
    var answers = new TreeMap<String, Optional<MemberStatus>>();
    for (Watched member : members.values()) {
      if (member.run.isAlive()) {
        answers.put(member.name(), probe.status(member.plan.clientPort()));
      }
    }
    return answers;
  }

  private void boundLogs() {
    for (Watched member : members.values()) {
      try {
        member.run.boundLog();
      } catch (IOException e) {
        console.line("cannot keep the log of " + member.name() + " small: " + e.getMessage());
      }
    }
  }

  /** Stops all members and waits for their end; none is left behind. May be called twice. */
  void stop() {
    stopping = true;
    var runs = new ArrayList<MemberProcess>();
    synchronized (members) {
      members.values().forEach(member -> runs.add(member.run));
      runs.forEach(MemberProcess::stop);
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
    for (MemberProcess run : runs) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      try {
        run.awaitEnd(Math.max(0, left));
      } catch (InterruptedException e) {
        run.process().destroyForcibly();
      }
    }
  }

  boolean isStopping() {
    return stopping;
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
