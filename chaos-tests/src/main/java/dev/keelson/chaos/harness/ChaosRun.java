package dev.keelson.chaos.harness;

import dev.keelson.chaos.checkers.Checker;
import dev.keelson.chaos.checkers.FastChecker;
import dev.keelson.chaos.checkers.Judge;
import dev.keelson.chaos.checkers.RecoveryChecker;
import dev.keelson.chaos.checkers.RunChecker;
import dev.keelson.chaos.checkers.StateChecker;
import dev.keelson.chaos.checkers.Verdict;
import dev.keelson.chaos.checkers.WatchChecker;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.HistoryReader;
import dev.keelson.chaos.history.HistoryWriter;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.chaos.history.WatchSpec;
import dev.keelson.chaos.nemesis.FaultKind;
import dev.keelson.chaos.nemesis.Nemesis;
import dev.keelson.chaos.nemesis.Schedule;
import dev.keelson.chaos.workload.Recorder;
import dev.keelson.chaos.workload.Session;
import dev.keelson.chaos.workload.Watcher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One scenario on one cluster from its start to the verdict. Used once, by one thread. */
public final class ChaosRun {
  /**
   * How long, and by which dice.
   *
   * @param faults how long things are broken
   * @param quiet how long clients work before the first fault and after the last
   * @param patience how long a cluster may take to start, and how soon after the last fault every
   *     member must serve again: much more than is promised, for machines that do much else
   */
  public record Plan(long seed, Duration faults, Duration quiet, Duration patience) {}

  /** What it came to. */
  public record Result(History history, Verdict verdict) {}

  private static final int LEAST_OPERATIONS = 20;

  /** Who watches each member, the first of them everything that there is. */
  private static final List<WatchSpec> SPECS =
      List.of(
          WatchSpec.everything(1),
          WatchSpec.everything(1).withPrevious().inFragments(),
          WatchSpec.everything(1).withoutPuts());

  private final Scenario scenario;
  private final Plan plan;
  private final Environment environment;
  private final Consumer<String> status;
  private final List<Watcher> watchers = new ArrayList<>();
  private final ConcurrentLinkedQueue<Throwable> broken = new ConcurrentLinkedQueue<>();
  private final AtomicLong end = new AtomicLong();
  private volatile boolean stopped;

  public ChaosRun(Scenario scenario, Plan plan, Environment environment, Consumer<String> status) {
    this.scenario = scenario;
    this.plan = plan;
    this.environment = environment;
    this.status = status;
  }

  /**
   * @param file where the history is kept; there must be none yet
   */
  public Result run(Path file) throws IOException {
    try (var writer = HistoryWriter.create(file)) {
      var recorder = new Recorder(writer);
      try {
        work(recorder);
      } finally {
        watchers.forEach(Watcher::close);
      }
    }
    status.accept("judging");
    History history = HistoryReader.read(file);
    return new Result(history, Judge.judge(history, checkers()));
  }

  private List<Checker> checkers() {
    var checkers = new ArrayList<Checker>();
    checkers.add(new FastChecker());
    checkers.add(new WatchChecker(plan.patience()));
    checkers.add(new StateChecker(scenario.members()));
    checkers.add(new RecoveryChecker(scenario.members(), plan.patience()));
    checkers.add(new RunChecker(scenario.members(), LEAST_OPERATIONS, scenario.leaderMoves()));
    checkers.addAll(scenario.workload().checkers());
    return checkers;
  }

  private void work(Recorder recorder) {
    status.accept("starting");
    for (int member = 0; member < environment.size(); member++) {
      recorder.add(new Item.MemberStarted(member, recorder.now()));
      environment.start(member);
    }
    awaitServing(recorder);
    openWatchers(recorder);
    // A number that no client has: what one says is said by nobody else.
    try (var first =
        new Session(recorder, environment.endpoints(), scenario.clients(), plan.seed())) {
      await(() -> scenario.workload().prepare(first));
    }
    recorder.mark(Item.Moment.WORK_STARTED);
    List<Thread> clients = startClients(recorder);
    letThemWork(recorder);
    recorder.mark(Item.Moment.FAULTS_STARTED);
    Consumer<String> told = fault -> status.accept(line(recorder, fault));
    new Nemesis(environment, recorder, plan.seed(), plan.patience(), told)
        .run(Schedule.draw(plan.seed(), faults(), plan.faults()));
    awaitServing(recorder);
    recorder.mark(Item.Moment.HEALED);
    status.accept(line(recorder, "healed"));
    letThemWork(recorder);
    stopped = true;
    join(clients);
    finish(recorder);
    recorder.mark(Item.Moment.WORK_ENDED);
    if (!broken.isEmpty()) {
      throw new IllegalStateException("a client broke down", broken.peek());
    }
  }

  /** At least for a while; a slow machine takes longer over what the run must have to be valid. */
  private void letThemWork(Recorder recorder) {
    // Each client may be at a call that does not count: it began before.
    long enough = recorder.succeeded() + LEAST_OPERATIONS + scenario.clients();
    rest(plan.quiet());
    await(() -> recorder.succeeded() >= enough || !broken.isEmpty());
  }

  private List<FaultKind> faults() {
    boolean slow = environment.links().canDelay();
    return scenario.faults().stream()
        .filter(kind -> slow || (kind != FaultKind.SLOW_LINKS && kind != FaultKind.NARROW_LINKS))
        .filter(kind -> environment.canReplace() || kind != FaultKind.REPLACE_FOLLOWER)
        .toList();
  }

  private String line(Recorder recorder, String what) {
    return "%s %d operations, %d succeeded"
        .formatted(what, recorder.operations(), recorder.succeeded());
  }

  private void openWatchers(Recorder recorder) {
    List<String> endpoints = environment.endpoints();
    for (int member = 0; member < endpoints.size(); member++) {
      for (WatchSpec spec : SPECS) {
        var watcher = new Watcher(recorder, endpoints.get(member), member, spec);
        watchers.add(watcher);
        watcher.open();
      }
    }
  }

  private List<Thread> startClients(Recorder recorder) {
    var threads = new ArrayList<Thread>();
    for (int number = 0; number < scenario.clients(); number++) {
      int client = number;
      threads.add(
          Thread.ofPlatform().name("client-" + client).start(() -> client(recorder, client)));
    }
    return threads;
  }

  private void client(Recorder recorder, int number) {
    long seed = plan.seed() * 1_000 + number + 1;
    try (var session = new Session(recorder, environment.endpoints(), number, seed)) {
      while (!stopped) {
        scenario.workload().step(session);
      }
    } catch (RuntimeException e) {
      // At the root of the thread: the run ends with it.
      broken.add(e);
    }
  }

  /** Through every member: what the workload wants read, and the hash of one revision. */
  private void finish(Recorder recorder) {
    int number = scenario.clients() + 1;
    try (var last = new Session(recorder, environment.endpoints(), number, plan.seed())) {
      // A change that every kind of watcher wants: whoever was told of it was told of all before.
      await(() -> ends(last));
      long told = 0;
      for (int member = 0; member < environment.size(); member++) {
        scenario.workload().readAll(last, member);
        told = Math.max(told, revisionAt(last, member));
      }
      long hashed = told;
      await(() -> allTellTheHash(last, hashed));
      await(() -> watchersReached(hashed));
    }
  }

  private boolean ends(Session last) {
    var key = KeyRange.utf8("the end");
    return last.call(Request.Put.of(key, last.value())) instanceof Outcome.Ok
        && last.call(new Request.Delete(KeyRange.single(key), false))
            instanceof Outcome.Ok(_, _, Response.Delete delete)
        && delete.deleted() > 0
        && end.compareAndSet(0, delete.revision());
  }

  private static long revisionAt(Session last, int member) {
    var count = new Request.Range(KeyRange.all(), ReadOptions.DEFAULT.onlyCounted());
    return last.callAt(member, count) instanceof Outcome.Ok(_, _, Response.Range read)
        ? read.revision()
        : 0;
  }

  /** A member may not be that far yet, or may be compacting. */
  private boolean allTellTheHash(Session last, long revision) {
    Set<Long> floors = new HashSet<>();
    for (int member = 0; member < environment.size(); member++) {
      if (!(last.callAt(member, new Request.HashKv(revision))
          instanceof Outcome.Ok(_, _, Response.HashKv hash))) {
        return false;
      }
      floors.add(hash.compactRevision());
    }
    return floors.size() == 1;
  }

  private boolean watchersReached(long revision) {
    // The first of each member sees everything; what the others want may have ended before.
    for (int watcher = 0; watcher < watchers.size(); watcher++) {
      long wanted = watcher % SPECS.size() == 0 ? revision : end.get();
      if (watchers.get(watcher).position() <= wanted) {
        return false;
      }
    }
    return true;
  }

  private void awaitServing(Recorder recorder) {
    for (int member = 0; member < environment.size(); member++) {
      int asked = member;
      try (var session = new Session(recorder, environment.endpoints(), 1, plan.seed())) {
        var read = Request.Range.of(KeyRange.single("serving"));
        await(() -> session.callAt(asked, read) instanceof Outcome.Ok);
      }
    }
  }

  /** In vain if it takes too long: the checkers then see what is missing. */
  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + plan.patience().toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      rest(Duration.ofMillis(100));
    }
  }

  private static void rest(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void join(List<Thread> clients) {
    for (Thread client : clients) {
      try {
        if (!client.join(plan.patience().plus(Duration.ofMinutes(2)))) {
          throw new IllegalStateException(client.getName() + " does not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }
}
