package dev.keelson.raft;

/** Placeholder. */
public final class RaftNode {
  private RaftNode() {}
}
