package dev.keelson.cli.up;

import java.io.PrintStream;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** Where the person looks. Thread-safe. */
final class Console {
  private final PrintStream out;

  Console(PrintStream out) {
    this.out = out;
  }

  /** An event, with its time. */
  void line(String text) {
    out.println(
        LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + "  " + text);
    out.flush();
  }

  /** Text as it is. */
  void text(String text) {
    out.println(text);
    out.flush();
  }
}
