package dev.keelson.raft;

/** Checks of our own correctness. They stay on in production. */
public final class Invariant {
  private Invariant() {}

  /**
   * Fails loudly if we are broken.
   *
   * @throws InvariantViolation if the condition does not hold: the member must stop
   */
  public static void check(boolean condition, String format, Object... arguments) {
    if (!condition) {
      throw new InvariantViolation(String.format(format, arguments));
    }
  }
}
