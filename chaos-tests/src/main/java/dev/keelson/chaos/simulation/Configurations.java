package dev.keelson.chaos.simulation;

import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.LogReader;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.ConfigurationCodec;
import dev.keelson.raft.quorum.JointConfig;
import dev.keelson.raft.quorum.Vote;
import dev.keelson.raft.quorum.VoteResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/** What changes of the members must hold to (I11, I12): by the log, whatever members say of it. */
final class Configurations {
  private static final long READ_BYTES = 1 << 20;

  private final TreeMap<Long, Configuration> committedByVersion = new TreeMap<>();
  private final Map<Long, Configuration> inForce = new TreeMap<>();
  private final Set<Long> present;
  private final Set<Long> removed = new HashSet<>();
  private Configuration committed;

  Configurations(Configuration birth) {
    this.committed = birth;
    this.present = new TreeSet<>(birth.members());
    committedByVersion.put(birth.version(), birth);
  }

  /** The last that was committed anywhere. */
  Configuration committed() {
    return committed;
  }

  /** Whether it has left for ever. */
  boolean isRemoved(long id) {
    return removed.contains(id);
  }

  /** An entry is committed: told once for each that holds a configuration, in the log's order. */
  void committed(Entry entry) {
    var next = ConfigurationCodec.decode(entry.payload());
    check(
        "I11",
        next.version() == committed.version() + 1,
        "%s is committed after %s",
        next,
        committed);
    for (long id : present) {
      if (!next.contains(id)) {
        removed.add(id);
      }
    }
    for (long id : next.members()) {
      check("I12", !removed.contains(id), "%x is back, by %s", id, next);
    }
    present.clear();
    present.addAll(next.members());
    committed = next;
    committedByVersion.put(next.version(), next);
  }

  /** The member works by this configuration now. */
  void inForce(MemberLife life, Configuration configuration, long committedEverywhere) {
    inForce.put(life.id(), configuration);
    if (configuration.version() <= committed.version()) {
      return; // It is behind, and does not win.
    }
    int uncommitted = uncommitted(life.core().log(), committedEverywhere);
    check(
        "I11",
        uncommitted <= 1,
        "%s holds %d configurations that are not committed",
        life.member().name(),
        uncommitted);
    check(
        "I11",
        alwaysMeet(committed, configuration),
        "%s: quorums of %s and %s need not meet",
        life.member().name(),
        committed,
        configuration);
  }

  private static int uncommitted(LogReader log, long committedEverywhere) {
    int found = 0;
    long next = Math.max(log.firstIndex(), committedEverywhere + 1);
    while (next <= log.lastIndex()) {
      for (var entry : log.read(next, log.lastIndex() + 1, READ_BYTES)) {
        found += entry.type() == EntryType.CONFIGURATION ? 1 : 0;
        next++;
      }
    }
    return found;
  }

  /** Who leaves may lead until he knows that his leaving is committed (dissertation 4.2.2). */
  void leads(MemberLife life) {
    var own = life.core().replica().status().configuration();
    var before = committedByVersion.getOrDefault(own.version() - 1, own);
    check(
        "I12",
        own.isVoter(life.id()) || before.isVoter(life.id()),
        "%s leads by %s, after %s",
        life.member().name(),
        own,
        before);
  }

  /** Whether these can carry on, whichever of the configurations that are known anywhere it is. */
  boolean canDecide(LongPredicate alive) {
    var decisive = new ArrayList<>(withAllThatFollow(committed));
    for (var known : inForce.values()) {
      if (known.version() > committed.version()) {
        decisive.addAll(withAllThatFollow(known));
      }
    }
    return decisive.stream().allMatch(configuration -> wins(configuration, alive));
  }

  private static List<Configuration> withAllThatFollow(Configuration first) {
    var all = new ArrayList<Configuration>();
    for (var next = Optional.of(first); next.isPresent(); next = next.get().next()) {
      all.add(next.get());
    }
    return all;
  }

  private static boolean wins(Configuration configuration, LongPredicate alive) {
    return isMajority(configuration.voters(), alive)
        && (!configuration.isJoint() || isMajority(configuration.outgoing(), alive));
  }

  private static boolean isMajority(Collection<Long> voters, LongPredicate alive) {
    return voters.stream().filter(alive::test).count() > voters.size() / 2;
  }

  /** Whether no quorum of the one is free of a quorum of the other. */
  private static boolean alwaysMeet(Configuration one, Configuration other) {
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

  private static void check(String invariant, boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new SimulationFailure(invariant, message.formatted(arguments));
    }
  }
}
