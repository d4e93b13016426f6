package dev.keelson.chaos.checkers;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is to be said of a run.
 *
 * @param violations the first ones of each rule
 * @param found how many there were of each rule
 * @param gaps why the run proves nothing, if it does not
 * @param checked how much of what was looked at
 */
public record Verdict(
    List<Violation> violations,
    Map<String, Long> found,
    List<String> gaps,
    Map<String, Long> checked) {
  public Verdict {
    violations = List.copyOf(violations);
    found = Collections.unmodifiableMap(new TreeMap<>(found));
    gaps = List.copyOf(gaps);
    checked = Collections.unmodifiableMap(new TreeMap<>(checked));
  }

  public boolean convicts() {
    return !violations.isEmpty();
  }

  /** Nothing was broken, and the run could have shown it. */
  public boolean passed() {
    return violations.isEmpty() && gaps.isEmpty();
  }

  public String word() {
    if (convicts()) {
      return "VIOLATED";
    }
    return gaps.isEmpty() ? "passed" : "INVALID";
  }

  @Override
  public String toString() {
    var text = new StringBuilder(word()).append(' ').append(found).append(" checked ");
    text.append(checked);
    violations.forEach(violation -> text.append("\n  ").append(violation));
    gaps.forEach(gap -> text.append("\n  gap: ").append(gap));
    return text.toString();
  }
}
