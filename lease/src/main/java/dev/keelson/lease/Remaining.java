package dev.keelson.lease;

/** How long a lease has still to live. */
public sealed interface Remaining {

  /**
   * It lives.
   *
   * @param seconds whole ones; above what was granted for a moment after a change of leaders (L13)
   */
  record Living(long seconds, long grantedSeconds) implements Remaining {}

  /** There is none of this id. */
  record NotFound() implements Remaining {}

  /** Only the leader knows. */
  record NotPrimary() implements Remaining {}
}
