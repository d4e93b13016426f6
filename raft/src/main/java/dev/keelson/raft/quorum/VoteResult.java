package dev.keelson.raft.quorum;

/** What the votes cast so far decide. */
public enum VoteResult {
  WON,
  /** No vote still missing can win it. */
  LOST,
  PENDING
}
