package dev.keelson.raft;

/**
 * A command that a member wants in the log.
 *
 * @param id names the proposal at the member that made it, for a refusal
 * @param forwardable whether a follower may pass it to the leader; a decision that only the leader
 *     of this term may take is not (LE-epoch)
 */
public record Proposal(long id, boolean forwardable, Bytes payload) {}
