package dev.keelson.lease;

/** What became of a wish to keep a lease alive. */
public sealed interface Renewal {

  /**
   * It lives for its whole time again.
   *
   * @param clearFirst a checkpoint is recorded, or may soon be: it must be taken back through the
   *     log before anybody hears of the renewal, or a new leader would end the lease early
   */
  record Renewed(long ttlSeconds, boolean clearFirst) implements Renewal {}

  /** It has ended and is about to be removed: nobody revives it, nobody says so before (L7). */
  record Ending() implements Renewal {}

  /** There is none of this id. */
  record NotFound() implements Renewal {}

  /** Only the leader knows. */
  record NotPrimary() implements Renewal {}
}
