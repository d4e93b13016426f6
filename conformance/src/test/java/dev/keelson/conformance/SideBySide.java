package dev.keelson.conformance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Cases that wait for clocks most of their time, run a few at a time, each on members of its own,
 * while others run before them. A verdict is asked for when its case's turn has come.
 */
final class SideBySide implements AutoCloseable {
  private static final int AT_A_TIME = 4;

  private final ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
  private final Map<String, CompletableFuture<Outcome>> verdicts = new LinkedHashMap<>();

  SideBySide(List<Case> cases, Function<Case, Outcome> run) {
    for (Case one : cases) {
      if (one.is(Tag.SLOW)) {
        verdicts.put(one.id(), CompletableFuture.supplyAsync(() -> run.apply(one), threads));
      }
    }
  }

  boolean runs(Case one) {
    return verdicts.containsKey(one.id());
  }

  Outcome verdict(Case one) {
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
