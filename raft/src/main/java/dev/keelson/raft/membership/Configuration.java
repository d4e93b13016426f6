package dev.keelson.raft.membership;

import dev.keelson.raft.Invariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The members of the group at a point of the log. While {@code outgoing} is not empty the group is
 * in joint consensus: a decision needs a majority of {@code voters} and one of {@code outgoing}
 * (Raft 6).
 *
 * @param version rises by one with every configuration of a log: a change names the one it was made
 *     from
 * @param voters ids that vote; ascending
 * @param outgoing the voters of the configuration being left; empty outside joint consensus
 * @param learners ids that receive the log and never vote
 * @param joining ids that were no members before and become voters with the next configuration;
 *     until then they are learners. Empty in joint consensus
 */
public record Configuration(
    long version, List<Long> voters, List<Long> outgoing, List<Long> learners, List<Long> joining) {

  public Configuration {
    voters = ascending(voters);
    outgoing = ascending(outgoing);
    learners = ascending(learners);
    joining = ascending(joining);
    Invariant.check(
        outgoing.isEmpty() || joining.isEmpty(), "joint, and %s are yet to become voters", joining);
  }

  /** A first configuration. */
  public Configuration(List<Long> voters, List<Long> outgoing, List<Long> learners) {
    this(0, voters, outgoing, learners, List.of());
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
    return contains(id) && !isVoter(id);
  }

  public boolean contains(long id) {
    return isVoter(id) || learners.contains(id) || joining.contains(id);
  }

  /** Everybody the leader replicates to, itself included; ascending. */
  public SortedSet<Long> members() {
    var members = new TreeSet<>(voters);
    members.addAll(outgoing);
    members.addAll(learners);
    members.addAll(joining);
    return members;
  }

  /**
   * The configuration that follows this one by itself, once this one is committed: who joins
   * becomes a voter, joint consensus ends. Empty if this one stays.
   */
  public Optional<Configuration> next() {
    if (isJoint()) {
      return Optional.of(new Configuration(version + 1, voters, List.of(), learners, List.of()));
    }
    if (!joining.isEmpty()) {
      var both = new ArrayList<>(voters);
      both.addAll(joining);
      return Optional.of(new Configuration(version + 1, both, voters, learners, List.of()));
    }
    return Optional.empty();
  }

  private static List<Long> ascending(List<Long> ids) {
    return List.copyOf(new TreeSet<>(ids));
  }
}
