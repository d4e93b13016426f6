package dev.keelson.server.scrub;

/** What is on this member's disk is not what was written there: a human must replace it. */
public final class DamageFoundException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DamageFoundException(String message, Throwable cause) {
    super(message, cause);
  }

  DamageFoundException(String message) {
    super(message);
  }
}
