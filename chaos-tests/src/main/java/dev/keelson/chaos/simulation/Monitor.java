package dev.keelson.chaos.simulation;

import dev.keelson.raft.EntryType;
import dev.keelson.raft.Message;
import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.storage.mvcc.MvccStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The invariants of Raft and of the state machine (reliability.md 2.4), looked at after every event
 * on the member that it happened to.
 */
final class Monitor {
  private static final int LOOKS_AT_BUDGETS = 16;

  private final Chronicle chronicle;
  private final Configurations configurations;
  private final Map<Long, Seen> members = new TreeMap<>();
  private final Map<Long, Long> leaders = new HashMap<>();
  private final Map<Vote, Long> votes = new HashMap<>();
  private final Map<Place, Long> entries = new HashMap<>();
  private final List<Committed> committed = new ArrayList<>();
  private final Map<Long, Long> revisionAt = new HashMap<>();
  private final Map<Long, Long> stateAt = new HashMap<>();
  private int elections;
  private long looks;

  private record Vote(long member, long term) {}

  private record Place(long index, long term) {}

  /**
   * A committed entry.
   *
   * @param inTerm of the member that was the first to know that it is committed
   */
  private record Committed(long chain, long term, long inTerm) {}

  /** What is known of one member. */
  private static final class Seen {
    LogShadow log = new LogShadow();
    long term;
    long commit;
    long applied;
    long durableTerm;

    /** The disk has stopped in the middle: what was not synced before may have been, or not. */
    boolean torn;

    Configuration configuration = new Configuration(-1, List.of(), List.of(), List.of(), List.of());

    MvccStore store;
    long installed;

    Seen(MvccStore store) {
      this.store = store;
    }

    boolean holds(long index, long chain) {
      return log.durableChainAt(index) == chain
          || (torn && log.chainAt(index) == chain)
          || applied >= index;
    }

    /** At the most. */
    long durable() {
      return Math.max(torn ? log.last() : log.durableLast(), applied);
    }
  }

  Monitor(Chronicle chronicle, Configuration birth) {
    this.chronicle = chronicle;
    this.configurations = new Configurations(birth);
    committed.add(new Committed(1, 0, 0));
  }

  Configurations configurations() {
    return configurations;
  }

  /** Leaders that were elected so far. */
  int elections() {
    return elections;
  }

  /** Entries that are committed as far as anybody knows. */
  long committedEntries() {
    return committed.size() - 1L;
  }

  private Seen seen(MemberLife life) {
    return members.computeIfAbsent(life.id(), member -> new Seen(life.core().store().current()));
  }

  // ---- Lives ------------------------------------------------------------------------------------

  /** DU-ack, DU-vote: what was synced in an earlier life is there. */
  void started(MemberLife life) {
    if (life.member().isWiped()) {
      return; // Nobody listens to it: what the one before it promised is not its own.
    }
    var before = seen(life);
    var core = life.core();
    var now = new Seen(core.store().current());
    now.term = core.replica().status().term();
    now.durableTerm = now.term;
    check("I8", now.term >= before.durableTerm, life, "forgot term %d", before.durableTerm);
    now.log.follow(core.log(), this::committedChain);
    now.log.synced();
    long base = core.log().firstIndex() - 1;
    long kept = Math.min(before.log.durableLast(), before.log.unsyncedFrom() - 1);
    if (kept > base) {
      check(
          "I25",
          now.log.chainAt(kept) == before.log.durableChainAt(kept),
          life,
          "synced entry %d is not there after the restart, the log ends at %d",
          kept,
          now.log.last());
    }
    now.applied = core.store().current().applied().index();
    // I15: what was flushed is the state that there was at this entry, on whomever.
    sameState("I15", life, now.applied, core.store().current().contentHash());
    now.installed = now.applied;
    now.commit = now.applied;
    members.put(life.id(), now);
    chronicle.restarted(life);
  }

  /** The life is over; its disk is what it is. */
  void ended(SimulatedMember member) {
    chronicle.ended(member);
  }

  /** The disk has stopped the machine in this life. */
  void torn(MemberLife life) {
    if (isWatched(life)) {
      var seen = seen(life);
      followLog(life, seen);
      seen.torn = true;
    }
  }

  private static boolean isWatched(MemberLife life) {
    return life.isBegun() && !life.member().isWiped();
  }

  /** A worker has done a round. Those of the log end with a sync of all there was. */
  void roundDone(MemberLife life, String worker) {
    if (worker.equals("keelson-wal") && isWatched(life)) {
      var seen = seen(life);
      followLog(life, seen);
      seen.log.synced();
      seen.durableTerm = life.core().replica().status().term();
    }
  }

  /** I2: a vote counts once it has left its member. */
  void released(MemberLife life, Message message) {
    if (life.member().isWiped()) {
      return;
    }
    switch (message) {
      case Message.VoteResponse(_, var to, var term, var preVote, var granted) -> {
        if (granted && !preVote) {
          voted(life, term, to);
        }
      }
      case Message.VoteRequest request -> {
        if (!request.preVote()) {
          voted(life, request.term(), life.id());
        }
      }
      case Message.AppendRequest _,
          Message.AppendAccepted _,
          Message.AppendRejected _,
          Message.Heartbeat _,
          Message.HeartbeatResponse _,
          Message.ReadIndexRequest _,
          Message.ReadIndexResponse _,
          Message.ForwardProposals _,
          Message.ForwardChange _,
          Message.ForwardRejected _,
          Message.SnapshotArrived _,
          Message.TimeoutNow _ -> {} // these promise nothing that is looked at here
    }
  }

  private void voted(MemberLife life, long term, long candidate) {
    var earlier = votes.putIfAbsent(new Vote(life.id(), term), candidate);
    check(
        "I2",
        earlier == null || earlier == candidate,
        life,
        "votes for %x in term %d, after %x",
        candidate,
        term,
        earlier);
  }

  // ---- After every event ------------------------------------------------------------------------

  void look(MemberLife life) {
    if (!isWatched(life)) {
      return;
    }
    var seen = seen(life);
    var core = life.core();
    var status = core.replica().status();
    check("I8", status.term() >= seen.term, life, "term falls from %d", seen.term);
    check("I8", status.commitIndex() >= seen.commit, life, "commit falls from %d", seen.commit);
    seen.term = status.term();
    followLog(life, seen);
    if (status.role() == Role.LEADER) {
      leads(life, seen, status);
    }
    if (status.commitIndex() > seen.commit) {
      commits(life, seen, status);
    }
    if (!status.configuration().equals(seen.configuration)) {
      seen.configuration = status.configuration();
      configurations.inForce(life, status.configuration(), committedEntries());
    }
    applies(life, seen, status);
    if (++looks % LOOKS_AT_BUDGETS == 0) {
      Budgets.check(life);
    }
  }

  private void followLog(MemberLife life, Seen seen) {
    long changed = seen.log.follow(life.core().log(), this::committedChain);
    check(
        "I9",
        changed > seen.commit || changed > seen.log.last(),
        life,
        "entry %d changes, %d is committed",
        changed,
        seen.commit);
    for (long index = changed; index <= seen.log.last(); index++) {
      var place = new Place(index, seen.log.termAt(index));
      var earlier = entries.putIfAbsent(place, seen.log.chainAt(index));
      check(
          "I3",
          earlier == null || earlier == seen.log.chainAt(index),
          life,
          "entry %d of term %d is another than elsewhere",
          index,
          place.term);
    }
  }

  private void leads(MemberLife life, Seen seen, RaftStatus status) {
    var earlier = leaders.putIfAbsent(status.term(), life.id());
    check(
        "I1",
        earlier == null || earlier == life.id(),
        life,
        "leads term %d, which %x has led",
        status.term(),
        earlier);
    if (earlier == null) {
      elections++;
      complete(life, seen, status.term());
      configurations.leads(life);
    }
    for (PeerProgress peer : life.core().progress()) {
      check("I10", peer.nextIndex() > peer.matchIndex(), life, "next is not past match: %s", peer);
      var there = members.get(peer.id());
      long durable = there == null ? 0 : there.durable();
      // A later leader may have cut what this one still counts, but commits nothing with any more.
      boolean followsAnother = there != null && there.term > status.term();
      check(
          "I10",
          followsAnother || peer.matchIndex() <= durable,
          life,
          "takes %d for durable at %x, which is %d",
          peer.matchIndex(),
          peer.id(),
          durable);
    }
  }

  /** I7: who leads a term holds all that was committed in earlier ones. */
  private void complete(MemberLife life, Seen seen, long term) {
    long index = committedEntries();
    while (index > 0 && committed.get((int) index).inTerm >= term) {
      index--;
    }
    if (index >= life.core().log().firstIndex()) {
      check(
          "I7",
          seen.log.chainAt(index) == committed.get((int) index).chain,
          life,
          "leads term %d without entry %d, which is committed",
          term,
          index);
    }
  }

  private void commits(MemberLife life, Seen seen, RaftStatus status) {
    long from = Math.max(seen.commit + 1, life.core().log().firstIndex());
    for (long index = from; index <= status.commitIndex(); index++) {
      long chain = seen.log.chainAt(index);
      if (index <= committedEntries()) {
        check(
            "I5",
            committed.get((int) index).chain == chain,
            life,
            "commits another entry %d than others",
            index);
      } else {
        check("I5", index == committedEntries() + 1, life, "commits %d out of order", index);
        committed.add(new Committed(chain, seen.log.termAt(index), status.term()));
        durableOnMajority(life, counted(seen, status), index, chain);
        for (var entry : life.core().log().read(index, index + 1, 1)) {
          if (entry.type() == EntryType.CONFIGURATION) {
            configurations.committed(entry);
          }
        }
      }
    }
    seen.commit = status.commitIndex();
  }

  /** A leader may have gone on to the next configuration since it counted. */
  private static Configuration counted(Seen seen, RaftStatus status) {
    return seen.configuration.version() < 0 ? status.configuration() : seen.configuration;
  }

  /** I6, by what the disks were told to keep. */
  private void durableOnMajority(
      MemberLife life, Configuration configuration, long index, long chain) {
    holds(life, configuration.voters(), index, chain);
    if (configuration.isJoint()) {
      holds(life, configuration.outgoing(), index, chain);
    }
  }

  private void holds(MemberLife life, Collection<Long> voters, long index, long chain) {
    int durable = 0;
    for (long voter : voters) {
      var there = members.get(voter);
      if (there != null && there.holds(index, chain)) {
        durable++;
      }
    }
    check(
        "I6",
        durable > voters.size() / 2,
        life,
        "commits %d, durable at %d of %d voters",
        index,
        durable,
        voters.size());
  }

  private void applies(MemberLife life, Seen seen, RaftStatus status) {
    var store = life.core().store().current();
    var applied = store.applied();
    if (store != seen.store) {
      // A snapshot has taken its place; the node hears of it next.
      seen.store = store;
      seen.installed = applied.index();
      check("I14", applied.index() <= committedEntries(), life, "installed what is not committed");
    }
    check(
        "I14",
        applied.index() <= Math.max(status.commitIndex(), seen.installed),
        life,
        "applied %d, committed %d",
        applied.index(),
        status.commitIndex());
    check("I8", applied.index() >= seen.applied, life, "applied falls from %d", seen.applied);
    if (applied.index() > seen.applied) {
      seen.applied = applied.index();
      var earlier = revisionAt.putIfAbsent(applied.index(), store.revision());
      check(
          "I13",
          earlier == null || earlier == store.revision(),
          life,
          "has revision %d after entry %d, others had %d",
          store.revision(),
          applied.index(),
          earlier);
      sameState("I13", life, applied.index(), store.contentHash());
      chronicle.follow(life);
    }
  }

  private void sameState(String invariant, MemberLife life, long index, long hash) {
    var earlier = stateAt.putIfAbsent(index, hash);
    check(
        invariant,
        earlier == null || earlier == hash,
        life,
        "has another state after entry %d than was there before",
        index);
  }

  private long committedChain(long index) {
    return index < committed.size() ? committed.get((int) index).chain : 0;
  }

  private static void check(
      String invariant,
      boolean holds,
      MemberLife life,
      String message,
      @Nullable Object... arguments) {
    if (!holds) {
      throw new SimulationFailure(
          invariant, life.member().name() + " " + message.formatted(arguments));
    }
  }
}
