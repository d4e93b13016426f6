package dev.keelson.server.apply;

import dev.keelson.api.command.StateClaim;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.storage.mvcc.StateHash;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, through the log, whether all members made the same of the log (DV-hash). At the same
 * indexes each member remembers the hash of its state, and the leader claims its own. Who has
 * another claims that; then everybody claims, and who is alone against a majority of the voters
 * stops: no member is believed more than another, the leader neither. Owned by the apply thread.
 */
public final class StateComparison {
  private static final Logger log = LoggerFactory.getLogger(StateComparison.class);

  /** Entries between two comparisons. */
  static final long INTERVAL = 1_000;

  /** Comparisons that are remembered: claims come a round trip after the index they speak of. */
  private static final int MAX_ROUNDS = 8;

  private final long self;
  private final Supplier<MemberTable> members;
  private final Voice voice;
  private final TreeMap<Long, Round> rounds = new TreeMap<>();
  private final ComparisonMeasures measures = new ComparisonMeasures();

  /** What the comparison leads to. Called on the apply thread; must not block. */
  public interface Voice {
    boolean leads();

    /**
     * Puts a claim in the log.
     *
     * @param asLeader only if this member leads; otherwise wherever the leader is
     */
    void claim(StateClaim claim, boolean asLeader);

    /** All voters have spoken, and no majority of them agrees: nobody can tell who is right. */
    void undecided(long index);

    /** This member is in the minority: it is about to stop, and must not start on this data. */
    void condemned(String reason);
  }

  /** The states at one index. */
  private static final class Round {
    final StateHash own;
    final Map<Long, StateHash> claims = new HashMap<>();
    final Set<Long> reported = new HashSet<>();
    boolean claimed;
    boolean undecided;

    Round(StateHash own) {
      this.own = own;
    }
  }

  /**
   * A comparison in which nothing is known yet.
   *
   * @param self this member's id
   * @param members as of the last applied entry
   */
  public StateComparison(long self, Supplier<MemberTable> members, Voice voice) {
    this.self = self;
    this.members = members;
    this.voice = voice;
  }

  public ComparisonMeasures measures() {
    return measures;
  }

  static boolean isDue(long index) {
    return index % INTERVAL == 0;
  }

  /** Own state at an index that {@link #isDue}; empty if it is not comparable. */
  public void taken(long index, Optional<StateHash> hash) {
    if (hash.isEmpty()) {
      return;
    }
    var round = new Round(hash.get());
    rounds.put(index, round);
    if (rounds.size() > MAX_ROUNDS) {
      rounds.pollFirstEntry();
    }
    if (voice.leads()) {
      round.claimed = true;
      voice.claim(claimOf(index, round.own), true);
    }
  }

  /** A snapshot took the state's place: what was remembered is not this state's past. */
  public void replaced() {
    rounds.clear();
  }

  /**
   * A claim from the log, of anybody, perhaps of long ago or for the second time.
   *
   * @throws DivergedException if a majority of the voters agrees on another state than this one
   */
  public void claimed(StateClaim claim) {
    var round = rounds.get(claim.getIndex());
    var hash = new StateHash(claim.getVersion(), claim.getSinceIndex(), claim.getHash());
    boolean known = members.get().find(claim.getMemberId()).isPresent();
    if (round == null || !known || !isComparable(hash, round.own)) {
      return;
    }
    round.claims.put(claim.getMemberId(), hash);
    if (round.own.equals(hash)) {
      measures.agreed(claim.getIndex());
    } else {
      measures.differed();
    }
    boolean allAgree = round.claims.values().stream().allMatch(round.own::equals);
    if (allAgree) {
      return;
    }
    if (!round.claimed) {
      round.claimed = true;
      voice.claim(claimOf(claim.getIndex(), round.own), false);
    }
    judge(claim.getIndex(), round);
  }

  private static boolean isComparable(StateHash one, StateHash other) {
    return one.version() == other.version() && one.sinceIndex() == other.sinceIndex();
  }

  private void judge(long index, Round round) {
    var votes = new HashMap<StateHash, Integer>();
    var voters = members.get().voters();
    int spoken = 0;
    for (Member voter : voters) {
      var hash = round.claims.get(voter.id());
      if (hash != null) {
        spoken++;
        votes.merge(hash, 1, Integer::sum);
      }
    }
    int quorum = voters.size() / 2 + 1;
    var right =
        votes.entrySet().stream()
            .filter(vote -> vote.getValue() >= quorum)
            .map(Map.Entry::getKey)
            .findFirst();
    if (right.isPresent()) {
      decided(index, round, right.get());
    } else if (spoken == voters.size() && !round.undecided) {
      round.undecided = true;
      log.error("members' states differ, and none is a majority's index={}", index);
      voice.undecided(index);
    }
  }

  private void decided(long index, Round round, StateHash right) {
    if (!round.own.equals(right)) {
      var reason =
          "the state of member %x at index %d has the hash %x, that of the majority %x"
              .formatted(self, index, round.own.value(), right.value());
      voice.condemned(reason);
      throw new DivergedException(reason);
    }
    for (var claim : round.claims.entrySet()) {
      if (!claim.getValue().equals(right) && round.reported.add(claim.getKey())) {
        log.error(
            "member has diverged and stops member={} index={}: remove it, delete its data"
                + " directory, add it again",
            Long.toHexString(claim.getKey()),
            index);
      }
    }
  }

  private StateClaim claimOf(long index, StateHash hash) {
    return StateClaim.newBuilder()
        .setMemberId(self)
        .setIndex(index)
        .setVersion(hash.version())
        .setSinceIndex(hash.sinceIndex())
        .setHash(hash.value())
        .build();
  }
}
