package dev.keelson.raft.simulation;

import static dev.keelson.raft.simulation.SafetyChecker.require;

import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.ConfigurationCodec;
import dev.keelson.raft.quorum.JointConfig;
import dev.keelson.raft.quorum.Vote;
import dev.keelson.raft.quorum.VoteResult;
import java.util.ArrayList;
import java.util.TreeMap;
import java.util.TreeSet;

/** What changes of the members must hold to: I11 and I12 of reliability.md section 2.4. */
final class ConfigurationChecker {
  private Configuration committed;
  private long committedIndex;
  private final TreeMap<Long, Configuration> committedByVersion = new TreeMap<>();
  private final TreeSet<Long> members;
  private final TreeSet<Long> removed = new TreeSet<>();
  private int changes;
  private int joint;
  private int removedLeaders;

  ConfigurationChecker(Configuration birth) {
    this.committed = birth;
    this.members = new TreeSet<>(birth.members());
    committedByVersion.put(birth.version(), birth);
  }

  /** The configuration that was committed last anywhere. */
  Configuration committed() {
    return committed;
  }

  boolean isRemoved(long id) {
    return removed.contains(id);
  }

  int changes() {
    return changes;
  }

  int jointChanges() {
    return joint;
  }

  int removedLeaders() {
    return removedLeaders;
  }

  /** The member works by another configuration than before. */
  void inForce(SimulatedMember member, long committedEverywhere) {
    var configuration = member.status().configuration();
    if (configuration.version() <= committed.version()) {
      return; // It is behind, and does not win.
    }
    var log = member.view();
    int uncommitted = 0;
    for (long index = Math.max(log.firstIndex(), committedEverywhere + 1);
        index <= log.lastIndex();
        index++) {
      uncommitted += log.at(index).type() == EntryType.CONFIGURATION ? 1 : 0;
    }
    require(
        uncommitted <= 1,
        "I11 member %d holds %d configurations that are not committed",
        member.id(),
        uncommitted);
    require(
        alwaysMeet(committed, configuration),
        "I11 member %d: quorums of %s and %s need not meet",
        member.id(),
        committed,
        configuration);
  }

  /** Whether no quorum of the one is free of a quorum of the other. */
  static boolean alwaysMeet(Configuration one, Configuration other) {
    var voters = new TreeSet<>(one.voters());
    voters.addAll(one.outgoing());
    voters.addAll(other.voters());
    voters.addAll(other.outgoing());
    var ids = new ArrayList<>(voters);
    var first = JointConfig.of(one);
    var second = JointConfig.of(other);
    for (int chosen = 0; chosen < 1 << ids.size(); chosen++) {
      int yes = chosen;
      boolean bothWin =
          first.result(id -> vote((yes >> ids.indexOf(id) & 1) == 1)) == VoteResult.WON
              && second.result(id -> vote((yes >> ids.indexOf(id) & 1) == 0)) == VoteResult.WON;
      if (bothWin) {
        return false;
      }
    }
    return true;
  }

  private static Vote vote(boolean granted) {
    return granted ? Vote.YES : Vote.NO;
  }

  /** A configuration is committed: called once for each, in the order of the log. */
  void committed(Entry entry, SimulatedMember leader) {
    var next = ConfigurationCodec.decode(entry.payload());
    require(
        entry.index() > committedIndex && next.version() == committed.version() + 1,
        "I11 %s is committed after %s",
        next,
        committed);
    changes++;
    joint += next.isJoint() ? 1 : 0;
    for (long id : members) {
      if (!next.contains(id)) {
        removed.add(id);
      }
    }
    removedLeaders += next.contains(leader.id()) ? 0 : 1;
    members.clear();
    members.addAll(next.members());
    committed = next;
    committedByVersion.put(next.version(), next);
    committedIndex = entry.index();
  }

  /** Who leaves may lead until he knows that his leaving is committed (dissertation 4.2.2). */
  void leads(SimulatedMember member) {
    var own = member.status().configuration();
    var before = committedByVersion.getOrDefault(own.version() - 1, own);
    require(
        own.isVoter(member.id()) || before.isVoter(member.id()),
        "I12 member %d leads by %s, after %s",
        member.id(),
        own,
        before);
  }
}
