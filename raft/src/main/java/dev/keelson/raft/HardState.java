package dev.keelson.raft;

/**
 * What must be durable before a member answers (Raft figure 2, "persistent state").
 *
 * @param votedFor the candidate that got this member's vote in the term; 0 if none did
 * @param commit the highest index known committed; may lag, since it is found again by replication
 */
public record HardState(long term, long votedFor, long commit) {
  public static final HardState INITIAL = new HardState(0, 0, 0);
}
