package dev.keelson.chaos.checkers;

/** Judges one kind of promise. Keeps no state between histories. */
@FunctionalInterface
public interface Checker {
  void check(Ledger ledger, Findings findings);

  /** Whether it looks at the log: it is then not asked where the log ends too soon. */
  default boolean needsLog() {
    return true;
  }
}
