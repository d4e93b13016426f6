package dev.keelson.storage.mvcc;

import java.util.Optional;

/** Reads a store as a whole, in small steps. */
final class Audits {
  private static final long STEP_BYTES = 64;

  private Audits() {}

  static Optional<String> differenceIn(MvccStore store) {
    try (var audit = store.auditContent()) {
      long bytes = 1;
      while (bytes > 0) {
        bytes = audit.step(STEP_BYTES);
      }
      return audit.difference();
    }
  }
}
