package dev.keelson.raft;

/** We are broken. Never caught but at a thread's root, where it stops this member loudly. */
public final class InvariantViolation extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InvariantViolation(String message) {
    super(message);
  }
}
