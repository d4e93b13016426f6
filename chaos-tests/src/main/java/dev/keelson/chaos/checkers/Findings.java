package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects what checkers find. Keeps so many violations of a rule and counts the rest. */
public final class Findings {
  private static final int KEPT_OF_A_RULE = 20;

  private final List<Violation> violations = new ArrayList<>();
  private final List<String> gaps = new ArrayList<>();
  private final Map<String, Long> found = new TreeMap<>();
  private final Map<String, Long> checked = new TreeMap<>();

  public void violation(String rule, String explanation, Item... evidence) {
    violation(rule, explanation, List.of(evidence));
  }

  public void violation(String rule, String explanation, List<Item> evidence) {
    if (found.merge(rule, 1L, Long::sum) <= KEPT_OF_A_RULE) {
      violations.add(new Violation(rule, explanation, evidence));
    }
  }

  /** Something that the history is too poor to show: the run is then not valid. */
  public void gap(String explanation) {
    if (gaps.size() < KEPT_OF_A_RULE) {
      gaps.add(explanation);
    }
  }

  /** How much was looked at, so that a checker that had nothing to do is seen. */
  public void checked(String what, long count) {
    checked.merge(what, count, Long::sum);
  }

  public Verdict verdict() {
    return new Verdict(violations, found, gaps, checked);
  }
}
