package dev.keelson.conformance;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Cases that wait for clocks most of their time, run a few at a time, each on members of its own,
 * while others run before them. A verdict is asked for when its case's turn has come.
 */
final class SideBySide implements AutoCloseable {
  private static final int AT_A_TIME = 4;

  private final ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
  private final Map<String, CompletableFuture<Outcome>> verdicts = new LinkedHashMap<>();

  private SideBySide(List<Case> cases, Function<Case, Outcome> run) {
    for (Case one : cases) {
      if (one.is(Tag.SLOW)) {
        verdicts.put(one.id(), CompletableFuture.supplyAsync(() -> run.apply(one), threads));
      }
    }
  }

  /**
   * A test for each case. The slow ones come last: they run while the others do.
   *
   * @param judge fails where the outcome is not what is wanted of the case
   */
  static Stream<DynamicTest> tests(
      Environment environment, String name, List<Case> cases, BiConsumer<Case, Outcome> judge) {
    var slow = new SideBySide(cases, one -> runAlone(environment, name, one));
    var runner = new ConformanceRunner(environment, name);
    return Stream.concat(
            cases.stream().filter(one -> !slow.runs(one)), cases.stream().filter(slow::runs))
        .map(
            one ->
                dynamicTest(
                    one.toString(),
                    () -> judge.accept(one, slow.runs(one) ? slow.verdict(one) : runner.run(one))))
        .onClose(runner::close)
        .onClose(slow::close);
  }

  /**
   * Flags of members that elect anew only when a leader is surely gone: a request that meets an
   * election may be refused, and a case says nothing about that.
   */
  static List<String> withASteadyLeader(List<String> flags) {
    return Stream.concat(
            flags.stream(), Stream.of("--heartbeat-interval=500", "--election-timeout=6000"))
        .toList();
  }

  private static Outcome runAlone(Environment environment, String name, Case one) {
    try (var runner = new ConformanceRunner(environment, name)) {
      return runner.run(one);
    }
  }

  private boolean runs(Case one) {
    return verdicts.containsKey(one.id());
  }

  private Outcome verdict(Case one) {
    CompletableFuture<Outcome> verdict = verdicts.get(one.id());
    if (verdict == null) {
      throw new IllegalArgumentException(one + " runs elsewhere");
    }
    return verdict.join();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
