package dev.keelson.raft.simulation;

/** A checker has convicted the core. */
final class SafetyViolation extends RuntimeException {
  private static final long serialVersionUID = 1;

  SafetyViolation(String message) {
    super(message);
  }

  SafetyViolation(String message, Throwable cause) {
    super(message, cause);
  }
}
