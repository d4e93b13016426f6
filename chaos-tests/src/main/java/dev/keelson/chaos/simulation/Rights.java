package dev.keelson.chaos.simulation;

/**
 * What a guest may do, as far as anybody can know it: rights come one after the other, each for a
 * key of its own, so that what is still under way of an earlier one changes nothing of a later.
 */
final class Rights {
  private long begun;
  private long granted;
  private long revoking;
  private long revoked;

  /** The key of the n-th right. */
  static String key(long number) {
    return "g%06d".formatted(number);
  }

  /** The right that is being given, has been or was the last. */
  long latest() {
    return begun;
  }

  void beginsGrant(long number) {
    begun = number;
  }

  void granted(long number) {
    granted = number;
  }

  void beginsRevoke(long number) {
    revoking = number;
  }

  void revoked(long number) {
    revoked = number;
  }

  /** Nobody has begun to give it. */
  boolean isUnknown(long number) {
    return number > begun;
  }

  /** It is gone for certain. */
  boolean isGone(long number) {
    return number <= revoked;
  }

  /** It was given for certain, and nobody has begun to take it. */
  boolean isGiven(long number) {
    return number <= granted && number > revoking;
  }
}
