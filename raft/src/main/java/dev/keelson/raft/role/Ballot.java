package dev.keelson.raft.role;

import dev.keelson.raft.HardState;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.log.Durability;

/** The term and the one vote in it. Neither is ever taken back; both are durable before use. */
final class Ballot {
  private final Durability durability;
  private long term;
  private long votedFor;

  Ballot(HardState restored, Durability durability) {
    this.term = restored.term();
    this.votedFor = restored.votedFor();
    this.durability = durability;
  }

  long term() {
    return term;
  }

  long votedFor() {
    return votedFor;
  }

  void enter(long newTerm) {
    Invariant.check(newTerm > term, "term %d after term %d", newTerm, term);
    term = newTerm;
    votedFor = 0;
    durability.ballotChanged();
  }

  void voteFor(long candidate) {
    Invariant.check(
        votedFor == 0 || votedFor == candidate,
        "second vote in term %d: for %d after %d",
        term,
        candidate,
        votedFor);
    if (votedFor == 0) {
      votedFor = candidate;
      durability.ballotChanged();
    }
  }

  HardState hardState(long commit) {
    return new HardState(term, votedFor, commit);
  }
}
