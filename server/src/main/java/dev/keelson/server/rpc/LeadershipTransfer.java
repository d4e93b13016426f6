package dev.keelson.server.rpc;

/** Hands the lead to another member. Thread-safe. */
@FunctionalInterface
public interface LeadershipTransfer {
  /**
   * Asks for it and returns at once; whether it comes about shows in the replica's status.
   *
   * @return false if the request could not be taken
   */
  boolean request(long memberId);
}
