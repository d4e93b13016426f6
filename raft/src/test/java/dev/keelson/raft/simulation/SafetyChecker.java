package dev.keelson.raft.simulation;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.quorum.JointConfig;
import dev.keelson.raft.quorum.Vote;
import dev.keelson.raft.quorum.VoteResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Raft's promises (figure 3), checked after every step against what all members did and what is on
 * their disks: never against what a member says of another. The names I1 to I17 are those of
 * reliability.md section 2.4.
 */
final class SafetyChecker {
  private record Ballot(long member, long term) {}

  private record Origin(long previousTerm, Bytes payload) {}

  private final ConfigurationChecker configurations;
  private final Map<Long, Long> leaderOfTerm = new HashMap<>();
  private final Map<Ballot, Long> votes = new HashMap<>();
  private final Map<LogPosition, Origin> origins = new HashMap<>();
  private final List<LogPosition> committed = new ArrayList<>();
  private final List<Long> committedInTerm = new ArrayList<>();
  private final Set<Bytes> committedPayloads = new HashSet<>();
  private final Set<Bytes> refusedPayloads = new HashSet<>();
  private final Map<Long, Long> readFloors = new HashMap<>();
  private final Set<Long> servedReads = new HashSet<>();

  SafetyChecker(Configuration configuration) {
    this.configurations = new ConfigurationChecker(configuration);
  }

  long committedIndex() {
    return committed.size();
  }

  ConfigurationChecker configurations() {
    return configurations;
  }

  int terms() {
    return leaderOfTerm.size();
  }

  static void require(boolean condition, String format, Object... arguments) {
    if (!condition) {
      throw new SafetyViolation(String.format(format, arguments));
    }
  }

  void appended(SimulatedMember member, List<Entry> entries) {
    for (var entry : entries) {
      var origin = new Origin(member.view().termAt(entry.index() - 1), entry.payload());
      var known = origins.putIfAbsent(entry.position(), origin);
      require(
          known == null || known.equals(origin),
          "I3 log matching: %s at member %d is %s, elsewhere %s",
          entry.position(),
          member.id(),
          origin,
          known);
    }
  }

  /** A message leaves: its promise must be on the disk. */
  void released(SimulatedMember member, Message message, SimulatedMember addressee) {
    switch (message) {
      case Message.VoteRequest request -> {
        if (!request.preVote()) {
          voted(member, request.term(), member.id());
        }
      }
      case Message.VoteResponse response -> {
        if (!response.preVote() && response.granted()) {
          voted(member, response.term(), response.to());
        }
      }
      case Message.AppendAccepted answer -> accepted(member, answer, addressee);
      case Message.AppendRequest _,
          Message.AppendRejected _,
          Message.Heartbeat _,
          Message.HeartbeatResponse _,
          Message.ReadIndexRequest _,
          Message.ReadIndexResponse _,
          Message.ForwardProposals _,
          Message.ForwardChange _,
          Message.ForwardRejected _,
          Message.SnapshotArrived _,
          Message.TimeoutNow _ -> {}
    }
  }

  private void voted(SimulatedMember member, long term, long candidate) {
    var known = votes.putIfAbsent(new Ballot(member.id(), term), candidate);
    require(
        known == null || known == candidate,
        "I2 one vote: member %d voted for %d and %s in term %d",
        member.id(),
        candidate,
        known,
        term);
    var disk = member.diskHardState();
    require(
        disk.term() > term || (disk.term() == term && disk.votedFor() == candidate),
        "I2 durable vote: member %d votes for %d in term %d, its disk says %s",
        member.id(),
        candidate,
        term,
        disk);
  }

  private static void accepted(
      SimulatedMember member, Message.AppendAccepted answer, SimulatedMember leader) {
    long index = answer.matchIndex();
    if (member.diskHardState().term() > answer.term()) {
      // It was true when it became durable. What a later leader wrote over it since cannot have
      // been committed by the leader this goes to: that would have needed this member's vote.
      return;
    }
    require(
        member.disk().lastIndex() >= index,
        "I10 durable match: member %d claims %d, its disk ends at %d",
        member.id(),
        index,
        member.disk().lastIndex());
    boolean comparable =
        leader.isUp()
            && leader.status().isLeader()
            && leader.status().term() == answer.term()
            && index >= leader.view().firstIndex() - 1
            && index >= member.disk().firstIndex() - 1;
    require(
        !comparable || leader.view().termAt(index) == member.disk().termAt(index),
        "I10 true match: member %d claims %d, which is not the leader's entry",
        member.id(),
        index);
  }

  /** After every step of the member. */
  void stepped(SimulatedMember member, RaftStatus before, List<SimulatedMember> all) {
    var status = member.status();
    require(
        status.term() >= before.term() && status.commitIndex() >= before.commitIndex(),
        "I8 member %d went back from %s to %s",
        member.id(),
        before,
        status);
    require(
        status.appliedIndex() <= status.commitIndex() && status.commitIndex() <= status.lastIndex(),
        "I14 order of indices: %s",
        status);
    for (long index = before.commitIndex() + 1; index <= status.commitIndex(); index++) {
      // What the leader counted by; it may have gone on to another configuration since.
      commits(member, index, before.configuration(), all);
    }
    if (!status.configuration().equals(before.configuration())) {
      configurations.inForce(member, committedIndex());
    }
    if (status.isLeader() && !before.isLeader()) {
      leads(member, status.term());
    }
  }

  private void commits(
      SimulatedMember member, long index, Configuration counted, List<SimulatedMember> all) {
    if (index < member.view().firstIndex()) {
      require(index <= committed.size(), "I5 snapshot at %d is not committed", index);
      return;
    }
    var position = new LogPosition(member.view().termAt(index), index);
    if (index <= committed.size()) {
      require(
          committed.get((int) index - 1).equals(position),
          "I5 committed prefix: member %d commits %s, others %s",
          member.id(),
          position,
          committed.get((int) index - 1));
      return;
    }
    committed.add(position);
    committedInTerm.add(member.status().term());
    require(
        JointConfig.of(counted).result(id -> holdsDurably(all, id, position) ? Vote.YES : Vote.NO)
            == VoteResult.WON,
        "I6 member %d commits %s, which is not on a majority of the disks of %s",
        member.id(),
        position,
        counted);
    var entry = member.view().at(index);
    if (entry.type() == EntryType.CONFIGURATION) {
      configurations.committed(entry, member);
    }
    if (entry.type() == EntryType.COMMAND) {
      require(committedPayloads.add(entry.payload()), "1.3 executed twice: %s", entry.payload());
      require(
          !refusedPayloads.contains(entry.payload()), "1.3 refused and done: %s", entry.payload());
    }
  }

  private static boolean holdsDurably(List<SimulatedMember> all, long id, LogPosition position) {
    for (var member : all) {
      if (member.id() == id) {
        var disk = member.disk();
        return position.index() < disk.firstIndex()
            || (position.index() <= disk.lastIndex()
                && disk.termAt(position.index()) == position.term());
      }
    }
    return false;
  }

  private void leads(SimulatedMember member, long term) {
    var known = leaderOfTerm.putIfAbsent(term, member.id());
    require(
        known == null || known == member.id(),
        "I1 election safety: %d and %s lead term %d",
        member.id(),
        known,
        term);
    configurations.leads(member);
    // What was committed in a later term already is not this leader's to hold.
    for (int i = committed.size(); i >= 1; i--) {
      if (committedInTerm.get(i - 1) < term) {
        var position = committed.get(i - 1);
        require(
            i < member.view().firstIndex()
                || (i <= member.view().lastIndex() && member.view().termAt(i) == position.term()),
            "I7 leader completeness: leader %d of term %d lacks %s",
            member.id(),
            term,
            position);
        return;
      }
    }
  }

  void applies(SimulatedMember member, Entry entry) {
    require(
        entry.index() <= committed.size()
            && committed.get((int) entry.index() - 1).equals(entry.position()),
        "I13 state machine safety: member %d applies %s",
        member.id(),
        entry.position());
    require(
        entry.index() <= member.disk().lastIndex()
            && member.disk().termAt(entry.index()) == entry.term(),
        "I14 member %d applies %s before its own log is durable",
        member.id(),
        entry.position());
  }

  void readBegins(long readId) {
    readFloors.put(readId, committedIndex());
  }

  void readServed(long readId, long index) {
    servedReads.add(readId);
    long floor = readFloors.getOrDefault(readId, 0L);
    require(
        index >= floor && index <= committed.size(),
        "I17 read %d sees %d; committed before it began: %d, now: %d",
        readId,
        index,
        floor,
        committed.size());
  }

  boolean isServed(long readId) {
    return servedReads.contains(readId);
  }

  void refused(Bytes payload) {
    refusedPayloads.add(payload);
    require(!committedPayloads.contains(payload), "1.3 done and refused: %s", payload);
  }
}
