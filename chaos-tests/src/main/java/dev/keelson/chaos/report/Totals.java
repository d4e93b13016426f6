package dev.keelson.chaos.report;

import dev.keelson.chaos.checkers.Outages;
import dev.keelson.chaos.checkers.Verdict;
import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Operation;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** What many runs come to. Used by one thread. */
public final class Totals {
  private final Map<String, Integer> verdicts = new TreeMap<>();
  private final Map<String, Integer> faults = new TreeMap<>();
  private final Map<String, Duration> outages = new TreeMap<>();
  private long operations;
  private long succeeded;

  public void add(History history, Verdict verdict) {
    verdicts.merge(verdict.word(), 1, Integer::sum);
    operations += history.operations().size();
    succeeded += history.operations().stream().filter(Operation::isOk).count();
    history.faults().stream().map(Fault::kind).forEach(kind -> faults.merge(kind, 1, Integer::sum));
    Outages.of(history)
        .longest()
        .forEach(
            (kind, longest) -> outages.merge(kind, longest, (a, b) -> a.compareTo(b) >= 0 ? a : b));
  }

  /** As a table of Markdown, after a line with the sums. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    text.append("runs ").append(verdicts);
    text.append(", %,d operations, of which %,d succeeded%n%n".formatted(operations, succeeded));
    text.append("| fault | times | longest time without a write, when alone |\n|---|---|---|\n");
    faults.forEach(
        (kind, times) -> text.append("| `%s` | %d | %s |%n".formatted(kind, times, longest(kind))));
    return text.toString();
  }

  private String longest(String kind) {
    return outages.containsKey(kind)
        ? "%,d ms".formatted(outages.getOrDefault(kind, Duration.ZERO).toMillis())
        : "never alone";
  }
}
