package dev.keelson.server.lease;

/** What a client is told of a lease. */
public sealed interface LeaseTime {

  /**
   * It lives.
   *
   * @param ttlSeconds left; all of it after a renewal
   */
  record Living(long ttlSeconds, long grantedSeconds) implements LeaseTime {}

  /** There is none of this id, and the log says so. */
  record Gone() implements LeaseTime {}
}
