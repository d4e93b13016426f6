package dev.keelson.conformance;

import java.io.PrintWriter;

/** Prints one line a case as it ends, and the sums. Not thread-safe. */
final class Report {
  private final PrintWriter out;
  private int passed;
  private int failed;
  private int skipped;

  Report(PrintWriter out) {
    this.out = out;
  }

  void add(Case one, Outcome outcome) {
    switch (outcome) {
      case Outcome.Passed() -> {
        passed++;
        line("passed", one, "");
      }
      case Outcome.Failed(String reason) -> {
        failed++;
        line("FAILED", one, reason);
      }
      case Outcome.Skipped(String reason) -> {
        skipped++;
        line("skipped", one, reason);
      }
      case Outcome.Unsupported(String reason) -> {
        skipped++;
        line("not supported", one, reason);
      }
      case Outcome.DiffersAsMarked(String reason) -> {
        skipped++;
        line("differs in 3.4", one, reason);
      }
    }
  }

  void close() {
    out.printf("%d passed, %d failed, %d skipped%n", passed, failed, skipped);
    out.flush();
  }

  /** A run that tested nothing is no success. */
  boolean successful() {
    return failed == 0 && passed > 0;
  }

  private void line(String verdict, Case one, String reason) {
    out.printf("%-14s  %-10s  %s%n", verdict, one.id(), one.title());
    if (!reason.isEmpty()) {
      out.printf("%-14s  %-10s  %s%n", "", "", reason);
    }
    out.flush();
  }
}
