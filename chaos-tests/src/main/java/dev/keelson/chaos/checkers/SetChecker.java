package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.KeyRange;
import dev.keelson.raft.Bytes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Words appended to keys by compare-and-swap (3.4, {@code set}): the last read of a key has every
 * acknowledged word, none that was refused, and each once.
 */
public final class SetChecker implements Checker {
  private final KeyRange keys;

  public SetChecker(KeyRange keys) {
    this.keys = keys;
  }

  @Override
  public boolean needsLog() {
    return false;
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    List<ListAppend> all = ListAppend.allOf(ledger, keys);
    Map<Bytes, ListAppend> lastReads = new HashMap<>();
    for (ListAppend one : all) {
      if (one.appends().isEmpty()) {
        one.reads()
            .keySet()
            .forEach(
                key ->
                    lastReads.merge(
                        key,
                        one,
                        (a, b) -> a.operation().callNanos() >= b.operation().callNanos() ? a : b));
      }
    }
    Map<Bytes, Set<String>> wanted = new HashMap<>();
    for (ListAppend one : all) {
      one.appends()
          .forEach(
              (key, word) -> {
                if (!lastReads.containsKey(key)) {
                  findings.gap("nobody read " + key + " at the end");
                  return;
                }
                ListAppend read = lastReads.get(key);
                if (one.fate() != ListAppend.Fate.NOT_DONE) {
                  wanted.computeIfAbsent(key, _ -> new HashSet<>()).add(word);
                }
                judge(one, word, read, read.reads().getOrDefault(key, List.of()), findings);
              });
    }
    lastReads.forEach((key, read) -> noStrangers(key, read, wanted, findings));
    findings.checked("set elements", all.stream().mapToLong(one -> one.appends().size()).sum());
  }

  private static void judge(
      ListAppend add, String word, ListAppend read, List<String> found, Findings findings) {
    boolean there = found.contains(word);
    switch (add.fate()) {
      case DONE -> {
        boolean before = add.operation().returnNanos() < read.operation().callNanos();
        if (!there && before) {
          findings.violation(
              "set-lost", word + " was acknowledged", add.operation(), read.operation());
        }
      }
      case NOT_DONE -> {
        if (there) {
          findings.violation(
              "set-refused", word + " was refused", add.operation(), read.operation());
        }
      }
      case UNKNOWN -> {}
    }
  }

  private static void noStrangers(
      Bytes key, ListAppend read, Map<Bytes, Set<String>> wanted, Findings findings) {
    Set<String> seen = new HashSet<>();
    for (String word : read.reads().getOrDefault(key, List.of())) {
      if (!seen.add(word)) {
        findings.violation("set-twice", word + " is there twice", read.operation());
      }
      if (!wanted.getOrDefault(key, Set.of()).contains(word)) {
        findings.violation("set-stranger", "nobody added " + word, read.operation());
      }
    }
  }
}
