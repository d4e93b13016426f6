package dev.keelson.raft.paper;

import static dev.keelson.raft.ScriptedMember.entries;
import static dev.keelson.raft.ScriptedMember.entriesAfter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.InvariantViolation;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Role;
import dev.keelson.raft.ScriptedMember;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Figure 2: what every server does, and the receiver of AppendEntries (Raft 5.1, 5.3). */
class FollowerRulesTest {
  private static Message.AppendRequest append(
      long term, LogPosition previous, List<Entry> entries, long commit) {
    return new Message.AppendRequest(2, 1, term, previous, entries, commit);
  }

  private static ScriptedMember holding(long... terms) {
    return ScriptedMember.of(3, new HardState(terms[terms.length - 1], 0, 0), entries(terms));
  }

  @Test
  @Tag("raft-5.1")
  void laterTermMakesALeaderACandidateAndAPreCandidateFollow() {
    var leader = ScriptedMember.of(3).elected();
    leader.receive(new Message.AppendRejected(2, 1, 9, 0, LogPosition.ZERO));
    assertThat(leader.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(leader.status().term()).isEqualTo(9);

    var candidate = ScriptedMember.of(3);
    candidate.tick(2);
    candidate.receive(new Message.VoteResponse(2, 1, 1, true, true));
    assertThat(candidate.status().role()).isEqualTo(Role.CANDIDATE);
    candidate.receive(new Message.VoteResponse(2, 1, 9, false, false));
    assertThat(candidate.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(candidate.status().term()).isEqualTo(9);

    var preCandidate = ScriptedMember.of(3);
    preCandidate.tick(2);
    assertThat(preCandidate.status().role()).isEqualTo(Role.PRE_CANDIDATE);
    preCandidate.hearFrom(2, 9);
    assertThat(preCandidate.status().role()).isEqualTo(Role.FOLLOWER);
    assertThat(preCandidate.status().leaderId()).isEqualTo(2);
  }

  @Test
  @Tag("raft-5.1")
  void appendOfAnEarlierTermIsRefusedWithTheLaterTerm() {
    var member = ScriptedMember.of(3, new HardState(5, 0, 0), List.of());

    member.receive(append(4, LogPosition.ZERO, entries(4), 0));

    assertThat(member.takeSent())
        .containsExactly(new Message.AppendRejected(1, 2, 5, 0, LogPosition.ZERO));
    assertThat(member.log().lastIndex()).isZero();
    assertThat(member.status().leaderId()).isZero();
  }

  @Test
  @Tag("raft-5.3")
  void appendWithoutTheEntryBeforeItIsRefusedWithAHint() {
    var member = holding(1, 1);

    member.receive(append(3, new LogPosition(3, 5), List.of(), 0));

    member.persist();
    assertThat(member.takeSent())
        .containsExactly(new Message.AppendRejected(1, 2, 3, 5, new LogPosition(1, 2)));
  }

  @Test
  @Tag("raft-5.3")
  void appendAfterAnEntryOfAnotherTermIsRefused() {
    var member = holding(1, 2);

    member.receive(append(3, new LogPosition(1, 2), entriesAfter(2, 3), 0));

    member.persist();
    assertThat(member.takeSent())
        .containsExactly(new Message.AppendRejected(1, 2, 3, 2, new LogPosition(1, 1)));
    assertThat(member.terms()).containsExactly(1L, 2L);
  }

  @Test
  @Tag("raft-5.3")
  void conflictingEntryIsReplacedWithAllThatFollowIt() {
    var member = holding(1, 2, 2, 2);

    member.receive(append(3, new LogPosition(1, 1), entriesAfter(1, 3), 0));

    assertThat(member.terms()).containsExactly(1L, 3L);
  }

  @Test
  @Tag("raft-5.3")
  void entriesHeldAlreadyStayThoughARequestEndsBeforeThem() {
    var member = holding(1, 1, 1);

    member.receive(append(1, LogPosition.ZERO, entries(1), 0));

    assertThat(member.terms()).containsExactly(1L, 1L, 1L);
    assertThat(member.takeSent()).containsExactly(new Message.AppendAccepted(1, 2, 1, 1));
  }

  @Test
  @Tag("raft-5.3")
  void newEntriesAreAppended() {
    var member = holding(1);

    member.receive(append(2, new LogPosition(1, 1), entriesAfter(1, 2, 2), 0));

    assertThat(member.terms()).containsExactly(1L, 2L, 2L);
  }

  @Test
  @Tag("raft-5.3")
  void commitFollowsTheLeaderButNotBeyondTheLastEntryCompared() {
    var member = holding(1, 1, 1);

    member.receive(append(1, LogPosition.ZERO, entries(1, 1), 3));

    assertThat(member.status().commitIndex()).isEqualTo(2);
  }

  @Test
  @Tag("raft-5.3")
  void committedEntriesAreAppliedOnceAndInOrder() {
    var member = holding(1);
    member.receive(append(1, new LogPosition(1, 1), entriesAfter(1, 1, 1), 3));
    member.persist();
    member.receive(append(1, new LogPosition(1, 1), entriesAfter(1, 1, 1), 3));

    assertThat(member.takeHanded()).extracting(Entry::index).containsExactly(1L, 2L, 3L);
  }

  @Test
  @Tag("I14")
  void committedEntryIsNotAppliedBeforeItIsDurableHere() {
    var member = holding(1);

    member.receive(append(1, new LogPosition(1, 1), entriesAfter(1, 1), 2));
    assertThat(member.status().commitIndex()).isEqualTo(2);
    assertThat(member.takeHanded()).extracting(Entry::index).containsExactly(1L);

    member.persist();
    assertThat(member.takeHanded()).extracting(Entry::index).containsExactly(2L);
  }

  @Test
  @Tag("DU-ack")
  void appendIsAcknowledgedOnlyOnceItIsDurable() {
    var member = holding(1);

    member.receive(append(1, new LogPosition(1, 1), entriesAfter(1, 1), 0));
    assertThat(member.takeSent()).isEmpty();

    member.persist();
    assertThat(member.takeSent()).containsExactly(new Message.AppendAccepted(1, 2, 1, 2));
  }

  @Test
  @Tag("DU-ack")
  void secondCopyOfAnAppendIsNotAcknowledgedBeforeTheFirstIsDurable() {
    var member = holding(1);
    var request = append(1, new LogPosition(1, 1), entriesAfter(1, 1), 0);

    member.receive(request);
    member.receive(request);

    assertThat(member.takeSent()).isEmpty();
  }

  @Test
  @Tag("I9")
  void replacingACommittedEntryStopsTheMember() {
    var member = holding(1, 1);
    member.receive(append(1, new LogPosition(1, 2), List.of(), 2));

    // Only a broken leader could send this: it contradicts what we committed.
    assertThatThrownBy(() -> member.receive(append(2, LogPosition.ZERO, entries(2), 2)))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("committed");
  }

  @Test
  @Tag("I4")
  void appendWithAGapStopsTheMember() {
    var member = holding(1, 1);

    assertThatThrownBy(
            () -> member.receive(append(1, new LogPosition(1, 2), entriesAfter(3, 1), 0)))
        .isInstanceOf(InvariantViolation.class);
  }

  @Test
  @Tag("I1")
  void secondLeaderOfATermStopsTheMember() {
    var member = ScriptedMember.of(3);
    member.hearFrom(2, 4);

    assertThatThrownBy(() -> member.hearFrom(3, 4))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("both lead term 4");
  }

  @Test
  @Tag("raft-5.3")
  void lateRequestForWhatIsCommittedIsAnsweredWithTheCommitIndex() {
    var member = holding(1, 1, 1);
    member.receive(append(1, new LogPosition(1, 3), List.of(), 3));
    member.takeSent();

    member.receive(append(1, LogPosition.ZERO, entries(1), 1));

    assertThat(member.takeSent()).containsExactly(new Message.AppendAccepted(1, 2, 1, 3));
    assertThat(member.status().commitIndex()).isEqualTo(3);
  }

  @Test
  @Tag("raft-5.3")
  void answerToAReplacedAppendDoesNotMakeItsSuccessorDurable() {
    var member = holding(1);
    member.receive(append(1, new LogPosition(1, 1), entriesAfter(1, 1, 1), 0));
    member.receive(
        new Message.AppendRequest(3, 1, 2, new LogPosition(1, 1), entriesAfter(1, 2, 2), 3));

    member.persistOne();
    assertThat(member.takeHanded()).extracting(Entry::index).containsExactly(1L);
    assertThat(member.takeSent(Message.AppendAccepted.class))
        .containsExactly(new Message.AppendAccepted(1, 2, 1, 3));

    member.persistOne();
    assertThat(member.takeHanded()).extracting(Entry::term).containsExactly(2L, 2L);
    assertThat(member.takeSent(Message.AppendAccepted.class))
        .containsExactly(new Message.AppendAccepted(1, 3, 2, 3));
  }

  @Test
  @Tag("raft-5.3")
  void heartbeatOfTheLeaderIsAnsweredWithItsRoundAndMovesTheCommit() {
    var member = holding(1, 1);

    member.receive(new Message.Heartbeat(2, 1, 1, 2, 17));

    assertThat(member.takeSent()).containsExactly(new Message.HeartbeatResponse(1, 2, 1, 17));
    assertThat(member.status().commitIndex()).isEqualTo(2);
  }
}
