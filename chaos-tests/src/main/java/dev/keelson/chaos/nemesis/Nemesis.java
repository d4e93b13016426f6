package dev.keelson.chaos.nemesis;

import dev.keelson.chaos.harness.Environment;
import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.workload.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Applies faults, sees whether they took effect, takes them back, and records all that. */
public final class Nemesis {
  private static final Duration SLOW = Duration.ofMillis(150);
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int NARROW = 32 * 1024;
  private static final int STORM = 5;

  private static final int NOBODY = -1;

  private final Environment environment;
  private final Recorder recorder;
  private final Duration patience;
  // With what is broken, what is waited for may not come.
  private final Duration soon;
  private final Random random;
  private final Consumer<String> status;
  // Members that a fault of the present step has taken: another takes others.
  private final Set<Integer> taken = new HashSet<>();

  /** A link between members, one way. */
  private record Link(int from, int to) {}

  /**
   * A fault that holds.
   *
   * @param couldAct whether something was left for it to harm: members that another fault has ended
   *     send nothing that a cut could swallow
   */
  private record Holding(
      FaultKind kind,
      String target,
      long since,
      BooleanSupplier couldAct,
      BooleanSupplier tookEffect,
      Runnable heal) {
    Holding(FaultKind kind, String target, long since, BooleanSupplier tookEffect, Runnable heal) {
      this(kind, target, since, () -> true, tookEffect, heal);
    }
  }

  /**
   * @param patience how long it waits for clients to go on after a fault
   */
  public Nemesis(
      Environment environment,
      Recorder recorder,
      long seed,
      Duration patience,
      Consumer<String> status) {
    this.environment = environment;
    this.recorder = recorder;
    this.patience = patience;
    soon = patience.compareTo(SOON) < 0 ? patience : SOON;
    this.status = status;
    random = new Random(seed);
  }

  public void run(Schedule schedule) {
    for (Schedule.Step step : schedule.steps()) {
      taken.clear();
      var holding = new ArrayList<Holding>();
      try {
        for (FaultKind kind : step.kinds()) {
          status.accept(kind.word());
          apply(kind, holding);
        }
        rest(step.lasts());
        awaitEffects(holding);
      } finally {
        heal(holding);
      }
      status.accept("quiet");
      long before = recorder.succeeded();
      rest(step.quiet());
      // What is broken next is to break something that works.
      await(patience, () -> recorder.succeeded() >= before + environment.size());
    }
  }

  /** On a slow machine it takes a while until a cut has something to swallow. */
  private void awaitEffects(List<Holding> holding) {
    await(
        soon,
        () ->
            holding.stream()
                .allMatch(
                    one -> one.tookEffect().getAsBoolean() || !one.couldAct().getAsBoolean()));
  }

  private void heal(List<Holding> holding) {
    // All are looked at before the first ends: one may undo what another has done.
    List<Boolean> seen = holding.stream().map(one -> one.tookEffect().getAsBoolean()).toList();
    List<Boolean> could = holding.stream().map(one -> one.couldAct().getAsBoolean()).toList();
    // Another member is taken in by those that are whole.
    List<Integer> order =
        IntStream.range(0, holding.size())
            .boxed()
            .sorted(Comparator.comparing(i -> holding.get(i).kind() == FaultKind.REPLACE_FOLLOWER))
            .toList();
    for (int i : order) {
      Holding one = holding.get(i);
      boolean tookEffect = seen.get(i);
      one.heal().run();
      if (!tookEffect && !could.get(i)) {
        continue;
      }
      recorder.add(
          new Fault(
              one.kind().word(),
              one.target(),
              one.since(),
              recorder.now(),
              tookEffect,
              tookEffect ? "seen" : "not seen"));
    }
  }

  private void apply(FaultKind kind, List<Holding> holding) {
    switch (kind) {
      case KILL_LEADER -> kill(kind, List.of(leader()), holding);
      case KILL_FOLLOWER -> kill(kind, List.of(follower()), holding);
      case KILL_ALL -> kill(kind, all(), holding);
      case STOP_LEADER -> stop(kind, leader(), holding);
      case ROLLING_RESTART -> rollingRestart(kind, holding);
      case PAUSE_LEADER -> pause(kind, leader(), holding);
      case PAUSE_FOLLOWER -> pause(kind, follower(), holding);
      case ISOLATE_LEADER -> cut(kind, leader(), true, true, holding);
      case ISOLATE_FOLLOWER -> cut(kind, follower(), true, true, holding);
      case DEAFEN_LEADER -> cut(kind, leader(), false, true, holding);
      case MUTE_LEADER -> cut(kind, leader(), true, false, holding);
      case BRIDGE -> bridge(kind, holding);
      case SLOW_LINKS ->
          hold(kind, link -> environment.links().delay(link.from(), link.to(), SLOW), holding);
      case NARROW_LINKS ->
          hold(kind, link -> environment.links().throttle(link.from(), link.to(), NARROW), holding);
      case RESTART_STORM -> restartStorm(kind, holding);
      case REPLACE_FOLLOWER -> replace(kind, follower(), holding);
      case DISCONNECT_LEADER -> disconnect(kind, leader(), holding);
    }
  }

  private void kill(FaultKind kind, List<Integer> victims, List<Holding> holding) {
    long since = recorder.now();
    victims.forEach(environment::kill);
    holding.add(
        new Holding(
            kind,
            "members " + victims,
            since,
            () -> victims.stream().noneMatch(environment::isRunning),
            () -> victims.forEach(this::startAgain)));
  }

  private void stop(FaultKind kind, int victim, List<Holding> holding) {
    if (!isAtWork(victim)) {
      return;
    }
    long since = recorder.now();
    environment.terminate(victim);
    holding.add(
        new Holding(
            kind,
            "member " + victim,
            since,
            () -> !environment.isRunning(victim),
            () -> startAgain(victim)));
  }

  private void rollingRestart(FaultKind kind, List<Holding> holding) {
    long since = recorder.now();
    for (int member : all()) {
      if (isAtWork(member)) {
        environment.terminate(member);
        startAgain(member);
        awaitLeader();
      }
    }
    holding.add(new Holding(kind, "all members", since, () -> true, () -> {}));
  }

  private void restartStorm(FaultKind kind, List<Holding> holding) {
    long since = recorder.now();
    for (int i = 0; i < STORM; i++) {
      // Those that another fault holds are left to it.
      List<Integer> there = all().stream().filter(this::isAtWork).toList();
      if (!there.isEmpty()) {
        int victim = there.get(random.nextInt(there.size()));
        environment.kill(victim);
        startAgain(victim);
      }
      rest(Duration.ofMillis(random.nextInt(700)));
    }
    holding.add(new Holding(kind, "members at random", since, () -> true, () -> {}));
  }

  private void replace(FaultKind kind, int victim, List<Holding> holding) {
    long since = recorder.now();
    environment.kill(victim);
    holding.add(
        new Holding(
            kind,
            "member " + victim,
            since,
            () -> !environment.isRunning(victim),
            () -> {
              environment.replace(victim);
              startAgain(victim);
            }));
  }

  private void pause(FaultKind kind, int victim, List<Holding> holding) {
    if (!environment.isRunning(victim)) {
      return;
    }
    long since = recorder.now();
    environment.pause(victim);
    holding.add(
        new Holding(
            kind,
            "member " + victim,
            since,
            // Another fault may have killed it as it stood.
            () -> environment.isPaused(victim) || !environment.isRunning(victim),
            () -> {
              if (environment.isRunning(victim)) {
                environment.resume(victim);
              }
            }));
  }

  private void cut(FaultKind kind, int victim, boolean out, boolean in, List<Holding> holding) {
    var links = new ArrayList<Link>();
    for (int other : all()) {
      if (other != victim && out) {
        links.add(new Link(victim, other));
      }
      if (other != victim && in) {
        links.add(new Link(other, victim));
      }
    }
    cut(kind, "member " + victim, links, holding);
  }

  private void bridge(FaultKind kind, List<Holding> holding) {
    int middle = random.nextInt(environment.size());
    List<Link> links =
        allLinks().stream().filter(link -> link.from() != middle && link.to() != middle).toList();
    cut(kind, "all but member " + middle, links, holding);
  }

  private void cut(FaultKind kind, String target, List<Link> links, List<Holding> holding) {
    long before = environment.links().swallowedBytes();
    long since = recorder.now();
    links.forEach(link -> environment.links().cut(link.from(), link.to()));
    holding.add(
        new Holding(
            kind,
            target,
            since,
            () -> links.stream().anyMatch(this::carries),
            () -> environment.links().swallowedBytes() > before,
            environment.links()::heal));
  }

  private void disconnect(FaultKind kind, int victim, List<Holding> holding) {
    long before = environment.links().swallowedBytes();
    long since = recorder.now();
    environment.links().disconnect(victim);
    holding.add(
        new Holding(
            kind,
            "member " + victim,
            since,
            () -> allLinks().stream().anyMatch(l -> l.from() == victim && carries(l)),
            () ->
                environment.links().isDisconnected(victim)
                    || environment.links().swallowedBytes() > before,
            environment.links()::heal));
  }

  private void hold(FaultKind kind, Consumer<Link> harm, List<Holding> holding) {
    long before = environment.links().delayedBytes();
    long since = recorder.now();
    allLinks().forEach(harm);
    holding.add(
        new Holding(
            kind,
            "all links",
            since,
            () -> allLinks().stream().anyMatch(this::carries),
            () -> environment.links().delayedBytes() > before,
            environment.links()::heal));
  }

  private List<Link> allLinks() {
    return all().stream()
        .flatMap(from -> all().stream().map(to -> new Link(from, to)))
        .filter(link -> link.from() != link.to())
        .toList();
  }

  /** Whether both ends are there and at work. */
  private boolean carries(Link link) {
    return isAtWork(link.from()) && isAtWork(link.to());
  }

  private boolean isAtWork(int member) {
    return environment.isRunning(member) && !environment.isPaused(member);
  }

  /** Two faults may have ended the same member. */
  private void startAgain(int member) {
    if (environment.isRunning(member)) {
      return;
    }
    recorder.add(new Item.MemberStarted(member, recorder.now()));
    environment.start(member);
  }

  private List<Integer> all() {
    return IntStream.range(0, environment.size()).boxed().toList();
  }

  private int leader() {
    int leader = awaitLeader();
    taken.add(leader);
    return leader;
  }

  private int follower() {
    int leader = awaitLeader();
    List<Integer> others =
        all().stream()
            .filter(member -> member != leader && !taken.contains(member))
            .filter(environment::isRunning)
            .toList();
    int chosen = others.isEmpty() ? leader : others.get(random.nextInt(others.size()));
    taken.add(chosen);
    return chosen;
  }

  private int awaitLeader() {
    var found = new AtomicInteger(NOBODY);
    // With no majority at work nobody can lead: what is broken longer shows no more.
    await(
        soon,
        () -> {
          if (all().stream().filter(this::isAtWork).count() <= environment.size() / 2) {
            return true;
          }
          environment.leader().ifPresent(found::set);
          return found.get() != NOBODY;
        });
    // With what is broken there may be none: any member then is as good.
    return found.get() != NOBODY ? found.get() : random.nextInt(environment.size());
  }

  /** In vain if it takes too long. */
  private static void await(Duration atMost, BooleanSupplier condition) {
    long deadline = System.nanoTime() + atMost.toNanos();
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
}
