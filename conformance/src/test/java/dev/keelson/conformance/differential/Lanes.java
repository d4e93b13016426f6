package dev.keelson.conformance.differential;

import dev.keelson.conformance.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** Several comparisons side by side, each over two stores of its own and from a seed of its own. */
final class Lanes {
  private Lanes() {}

  /**
   * @param references endpoints of as many fresh stores as there are lanes
   */
  static List<Comparison.Verdict> run(
      List<String> references, List<String> subjects, long seed, int commandsEach) {
    try (var threads = Executors.newFixedThreadPool(references.size())) {
      var lanes = new ArrayList<CompletableFuture<Comparison.Verdict>>();
      for (int lane = 0; lane < references.size(); lane++) {
        String reference = references.get(lane);
        String subject = subjects.get(lane);
        long laneSeed = seed * 31 + lane;
        lanes.add(
            CompletableFuture.supplyAsync(
                () -> runOne(reference, subject, laneSeed, commandsEach), threads));
      }
      return lanes.stream().map(CompletableFuture::join).toList();
    }
  }

  private static Comparison.Verdict runOne(
      String reference, String subject, long seed, int commands) {
    try (Store one = Store.connect(reference);
        Store other = Store.connect(subject);
        var comparison = new Comparison(one, other)) {
      return comparison.run(seed, commands);
    }
  }
}
