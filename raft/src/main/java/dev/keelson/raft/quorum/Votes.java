package dev.keelson.raft.quorum;

/** Who said what. */
@FunctionalInterface
public interface Votes {
  Vote of(long voter);
}
