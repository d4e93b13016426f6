package dev.keelson.raft;

/** What a member is in its term. */
public enum Role {
  FOLLOWER,
  PRE_CANDIDATE,
  CANDIDATE,
  LEADER,
  LEARNER
}
