package dev.keelson.chaos.nemesis;

import dev.keelson.chaos.harness.Environment;
import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.workload.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Applies faults, sees whether they took effect, takes them back, and records all that. */
public final class Nemesis {
  private static final Duration SLOW = Duration.ofMillis(150);
  private static final Duration LEADER_WITHIN = Duration.ofSeconds(30);

  private final Environment environment;
  private final Recorder recorder;
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

  public Nemesis(Environment environment, Recorder recorder, long seed, Consumer<String> status) {
    this.environment = environment;
    this.recorder = recorder;
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
      } finally {
        heal(holding);
      }
      status.accept("quiet");
      rest(step.quiet());
    }
  }

  private void heal(List<Holding> holding) {
    // All are looked at before the first ends: one may undo what another has done.
    List<Boolean> seen = holding.stream().map(one -> one.tookEffect().getAsBoolean()).toList();
    List<Boolean> could = holding.stream().map(one -> one.couldAct().getAsBoolean()).toList();
    for (int i = 0; i < holding.size(); i++) {
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
      case SLOW_LINKS -> slow(kind, holding);
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

  private void slow(FaultKind kind, List<Holding> holding) {
    long before = environment.links().delayedBytes();
    long since = recorder.now();
    allLinks().forEach(link -> environment.links().delay(link.from(), link.to(), SLOW));
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
    long deadline = recorder.now() + LEADER_WITHIN.toNanos();
    // With no majority at work nobody can lead: what is broken longer shows no more.
    while (recorder.now() < deadline
        && all().stream().filter(this::isAtWork).count() > environment.size() / 2) {
      OptionalInt leader = environment.leader();
      if (leader.isPresent()) {
        return leader.getAsInt();
      }
      rest(Duration.ofMillis(100));
    }
    // With what is broken there may be none: any member then is as good.
    return random.nextInt(environment.size());
  }

  private static void rest(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
