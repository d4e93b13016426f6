package dev.keelson.raft.quorum;

import java.util.TreeMap;

/** The votes of one question. A voter's first word stands: a doubled message changes nothing. */
public final class VoteTally {
  private final TreeMap<Long, Vote> votes = new TreeMap<>();

  public void record(long voter, boolean granted) {
    votes.putIfAbsent(voter, granted ? Vote.YES : Vote.NO);
  }

  public void clear() {
    votes.clear();
  }

  public VoteResult result(JointConfig quorum) {
    return quorum.result(voter -> votes.getOrDefault(voter, Vote.MISSING));
  }
}
