package dev.keelson.chaos.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.chaos.checkers.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/**
 * A run that could have shown something. On a machine that hardly moves, a run may prove nothing:
 * that is neither a pass nor a failure, so that it is tried again with other dice, and left out at
 * last. A violation is one at once, and that a cluster does not recover is a violation.
 */
public final class ValidRun {
  private static final int ATTEMPTS = 3;

  private ValidRun() {}

  /** One run on a cluster of its own. */
  @FunctionalInterface
  public interface Attempt {
    /**
     * @param place a new directory
     */
    Verdict run(long seed, Path place) throws IOException;
  }

  /** Fails with the first violation; aborts if no attempt was valid. */
  static void passes(long seed, Path directory, Attempt attempt) throws IOException {
    var gaps = new ArrayList<String>();
    for (int i = 0; i < ATTEMPTS; i++) {
      Verdict verdict = run(seed + i, directory, attempt);
      assertThat(verdict.found()).as("seed %d: %s", seed + i, verdict).isEmpty();
      if (verdict.passed()) {
        return;
      }
      gaps.add("seed %d: %s".formatted(seed + i, verdict.gaps()));
    }
    throw new TestAbortedException("this machine was too slow to show anything: " + gaps);
  }

  /** Fails if no attempt finds any of the rules broken, and not all of them were invalid. */
  public static void convicts(List<String> rules, long seed, Path directory, Attempt attempt)
      throws IOException {
    var verdicts = new ArrayList<Verdict>();
    for (int i = 0; i < ATTEMPTS; i++) {
      Verdict verdict = run(seed + i, directory, attempt);
      if (rules.stream().anyMatch(verdict.found()::containsKey)) {
        return;
      }
      verdicts.add(verdict);
    }
    if (verdicts.stream().allMatch(verdict -> verdict.word().equals("INVALID"))) {
      throw new TestAbortedException("this machine was too slow to show anything: " + verdicts);
    }
    throw new AssertionError("nobody saw any of " + rules + " in " + verdicts);
  }

  private static Verdict run(long seed, Path directory, Attempt attempt) throws IOException {
    return attempt.run(seed, Files.createDirectory(directory.resolve("seed-" + seed)));
  }
}
