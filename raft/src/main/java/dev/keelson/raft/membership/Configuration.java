package dev.keelson.raft.membership;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The members of the group at a point of the log. While {@code outgoing} is not empty the group is
 * in joint consensus: a decision needs a majority of {@code voters} and one of {@code outgoing}
 * (Raft 6).
 *
 * @param voters ids that vote; ascending
 * @param outgoing the voters of the configuration being left; empty outside joint consensus
 * @param learners ids that receive the log and never vote
 */
public record Configuration(List<Long> voters, List<Long> outgoing, List<Long> learners) {

  public Configuration {
    voters = ascending(voters);
    outgoing = ascending(outgoing);
    learners = ascending(learners);
  }

  /** A group of voters alone. */
  public static Configuration ofVoters(Set<Long> voters) {
    return new Configuration(List.copyOf(voters), List.of(), List.of());
  }

  public boolean isJoint() {
    return !outgoing.isEmpty();
  }

  public boolean isVoter(long id) {
    return voters.contains(id) || outgoing.contains(id);
  }

  public boolean isLearner(long id) {
    return learners.contains(id) && !isVoter(id);
  }

  public boolean contains(long id) {
    return isVoter(id) || learners.contains(id);
  }

  /** Everybody the leader replicates to, itself included; ascending. */
  public SortedSet<Long> members() {
    var members = new TreeSet<>(voters);
    members.addAll(outgoing);
    members.addAll(learners);
    return members;
  }

  private static List<Long> ascending(List<Long> ids) {
    return List.copyOf(new TreeSet<>(ids));
  }
}
