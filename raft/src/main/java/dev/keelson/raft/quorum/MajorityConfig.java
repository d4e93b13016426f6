package dev.keelson.raft.quorum;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** A set of voters that decides by majority. Immutable. */
final class MajorityConfig {
  private final long[] voters;

  MajorityConfig(List<Long> voters) {
    this.voters = new long[voters.size()];
    for (int i = 0; i < this.voters.length; i++) {
      this.voters[i] = voters.get(i);
    }
  }

  boolean isEmpty() {
    return voters.length == 0;
  }

  VoteResult result(Votes votes) {
    int yes = 0;
    int missing = 0;
    for (long voter : voters) {
      switch (votes.of(voter)) {
        case YES -> yes++;
        case MISSING -> missing++;
        case NO -> {}
      }
    }
    int majority = voters.length / 2 + 1;
    if (yes >= majority) {
      return VoteResult.WON;
    }
    return yes + missing >= majority ? VoteResult.PENDING : VoteResult.LOST;
  }

  /** The highest index that a majority has reached. */
  long reachedIndex(LongUnaryOperator indexOf) {
    var reached = new long[voters.length];
    for (int i = 0; i < voters.length; i++) {
      reached[i] = indexOf.applyAsLong(voters[i]);
    }
    Arrays.sort(reached);
    return reached[(voters.length - 1) / 2];
  }
}
