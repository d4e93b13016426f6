package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Item;
import java.util.List;

/**
 * A promise that was broken.
 *
 * @param rule its name, as in reliability 1.4, 1.5 and 3.5
 * @param evidence as little of the history as shows it
 */
public record Violation(String rule, String explanation, List<Item> evidence) {
  public Violation {
    evidence = List.copyOf(evidence);
  }

  @Override
  public String toString() {
    var text = new StringBuilder(rule).append(": ").append(explanation);
    evidence.forEach(item -> text.append("\n    ").append(item));
    return text.toString();
  }
}
