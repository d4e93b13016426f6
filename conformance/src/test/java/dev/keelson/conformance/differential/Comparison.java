package dev.keelson.conformance.differential;

import dev.keelson.conformance.store.Store;
import java.time.Duration;
import java.util.Optional;

/** Sends one seed's commands to two servers and stops at the first answer that differs. */
final class Comparison {
  /** The commands compared, or the first difference. */
  record Verdict(int commands, int refused, Optional<String> difference) {}

  private final Side reference;
  private final Side subject;

  Comparison(Store reference, Store subject) {
    this.reference = new Side(reference);
    this.subject = new Side(subject);
  }

  Verdict run(long seed, int commands, Duration atMost) {
    var random = new RandomCommands(seed);
    long deadline = System.nanoTime() + atMost.toNanos();
    long floor = 0;
    int refused = 0;
    int sent = 0;
    while (sent < commands && System.nanoTime() < deadline) {
      long revision = reference.revision();
      Command command = random.next(revision, floor);
      String expected = reference.answer(command);
      String actual = subject.answer(command);
      if (!expected.equals(actual)) {
        return new Verdict(sent, refused, Optional.of(describe(command, expected, actual)));
      }
      refused += expected.contains("etcdserver:") ? 1 : 0;
      if (command instanceof Command.Compact(long to, boolean _)
          && expected.startsWith("compacted")) {
        floor = to;
      }
      sent++;
    }
    return new Verdict(sent, refused, Optional.empty());
  }

  private static String describe(Command command, String expected, String actual) {
    return command + "\n--- reference:\n" + expected + "\n--- subject:\n" + actual;
  }
}
