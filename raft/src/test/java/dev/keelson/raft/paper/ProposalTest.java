package dev.keelson.raft.paper;

import static dev.keelson.raft.ScriptedMember.command;
import static dev.keelson.raft.ScriptedMember.proposal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Effect;
import dev.keelson.raft.Effect.ProposalRejection;
import dev.keelson.raft.Entry;
import dev.keelson.raft.Input;
import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.ScriptedMember;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Proposals take effect once or not at all, and everything on their way is bounded. */
class ProposalTest {
  private static final RaftConfig TINY = new RaftConfig(1, 10, 1, 100, 2, 1_000, 100, 100, 8);

  private static Message.ForwardProposals forwarded(long term, long... ids) {
    var proposals = new java.util.ArrayList<Proposal>();
    for (long id : ids) {
      proposals.add(new Proposal(id, true, command(id)));
    }
    return new Message.ForwardProposals(2, 1, term, proposals);
  }

  private static Input.Propose large(long... ids) {
    var proposals = new java.util.ArrayList<Proposal>();
    for (long id : ids) {
      proposals.add(new Proposal(id, true, Bytes.wrap(new byte[60])));
    }
    return new Input.Propose(proposals);
  }

  @Test
  void followerForwardsWhatMayBeForwardedInOneMessageAndRefusesTheRest() {
    var follower = ScriptedMember.of(3);
    follower.hearFrom(2, 1);
    follower.persist();
    follower.takeSent();

    follower.step(
        new Input.Propose(
            List.of(
                new Proposal(7, true, command(7)),
                new Proposal(8, false, command(8)),
                new Proposal(9, true, command(9)))));

    assertThat(follower.takeAnswers())
        .containsExactly(new Effect.RejectProposals(List.of(8L), ProposalRejection.NOT_LEADER));
    assertThat(follower.takeSent(Message.ForwardProposals.class))
        .singleElement()
        .satisfies(
            message ->
                assertThat(message.proposals()).extracting(Proposal::id).containsExactly(7L, 9L));
  }

  @Test
  void withoutALeaderProposalsAreRefusedAtOnce() {
    var member = ScriptedMember.of(3);

    member.step(proposal(7));

    assertThat(member.takeAnswers())
        .containsExactly(new Effect.RejectProposals(List.of(7L), ProposalRejection.NO_LEADER));
  }

  @Test
  @Tag("1.3")
  void forwardedMessageThatArrivesTwiceIsAppendedOnce() {
    var leader = ScriptedMember.of(3).inOffice();

    leader.receive(forwarded(1, 7, 8));
    leader.receive(forwarded(1, 7, 8));

    assertThat(leader.log().lastIndex()).isEqualTo(3);
  }

  /** Elected for term 1, deposed, elected again for term 3. */
  private static ScriptedMember inOfficeAgain(ScriptedMember leader) {
    leader.hearFrom(2, 2);
    leader.elected();
    leader.takeSent();
    leader.takeAnswers();
    return leader;
  }

  @Test
  @Tag("1.3")
  void messageForwardedToAnEarlierLeaderIsNotTakenButGivenBackByThatVeryMember() {
    var leader = inOfficeAgain(ScriptedMember.of(3).inOffice());
    long last = leader.log().lastIndex();

    leader.receive(forwarded(1, 7));

    assertThat(leader.log().lastIndex()).isEqualTo(last);
    assertThat(leader.takeSent())
        .containsExactly(
            new Message.ForwardRejected(1, 2, 3, List.of(7L), ProposalRejection.TRANSFERRING));
  }

  @Test
  @Tag("1.3")
  void copyOfWhatAnEarlierLeaderHasTakenIsNeitherTakenNorRefused() {
    var leader = ScriptedMember.of(3).inOffice();
    leader.receive(forwarded(1, 7));
    inOfficeAgain(leader);
    long last = leader.log().lastIndex();

    leader.receive(forwarded(1, 7));

    assertThat(leader.log().lastIndex()).isEqualTo(last);
    assertThat(leader.takeSent()).as("it may be committed yet").isEmpty();
  }

  @Test
  @Tag("1.3")
  void copyOfWhatAnEarlierLeaderHasForgottenIsNeitherTakenNorRefused() {
    var leader = ScriptedMember.of(3).inOffice();
    for (long id = 7; id < 7 + 4_097; id++) {
      leader.receive(forwarded(1, id));
    }
    inOfficeAgain(leader);

    leader.receive(forwarded(1, 7));

    assertThat(leader.takeSent()).as("it may be committed yet").isEmpty();
  }

  @Test
  @Tag("1.3")
  void messageForwardedInATermThatSomebodyElseLedIsNeitherTakenNorRefused() {
    var leader = inOfficeAgain(ScriptedMember.of(3).inOffice());
    long last = leader.log().lastIndex();

    leader.receive(forwarded(2, 7));

    assertThat(leader.log().lastIndex()).isEqualTo(last);
    assertThat(leader.takeSent()).as("a copy of it may have been taken").isEmpty();
  }

  @Test
  void refusalOfTheLeaderReachesTheMemberThatProposed() {
    var follower = ScriptedMember.of(3);
    follower.hearFrom(2, 1);

    follower.receive(
        new Message.ForwardRejected(2, 1, 1, List.of(7L), ProposalRejection.OVERLOADED));

    assertThat(follower.takeAnswers())
        .containsExactly(new Effect.RejectProposals(List.of(7L), ProposalRejection.OVERLOADED));
  }

  @Test
  @Tag("MEM-bound")
  void proposalsBeyondTheUncommittedBytesAreRefusedUntilSomeAreCommitted() {
    var leader = ScriptedMember.of(TINY, ScriptedMember.votersTo(3)).inOffice();

    leader.step(large(7, 8));
    assertThat(leader.takeAnswers())
        .containsExactly(new Effect.RejectProposals(List.of(8L), ProposalRejection.OVERLOADED));

    leader.persist();
    leader.acknowledge(2, 2);
    leader.step(large(9));
    assertThat(leader.takeAnswers()).isEmpty();
  }

  @Test
  @Tag("MEM-bound")
  void proposalLargerThanTheBoundGoesAlone() {
    var leader = ScriptedMember.of(TINY, ScriptedMember.votersTo(3)).inOffice();

    leader.step(new Input.Propose(List.of(new Proposal(7, true, Bytes.wrap(new byte[500])))));

    assertThat(leader.takeAnswers()).isEmpty();
    assertThat(leader.takeSent(Message.AppendRequest.class)).hasSize(2);
  }

  @Test
  @Tag("MEM-bound")
  void appendsOnTheirWayToAFollowerAreBoundedAndGoOnAsItAnswers() {
    var leader = ScriptedMember.of(TINY, ScriptedMember.votersTo(3)).inOffice();
    for (long id = 7; id < 12; id++) {
      leader.step(proposal(id));
    }
    assertThat(leader.takeSent(Message.AppendRequest.class))
        .filteredOn(request -> request.to() == 2)
        .hasSize(2);

    leader.acknowledge(2, 2);

    assertThat(leader.takeSent(Message.AppendRequest.class))
        .filteredOn(request -> request.to() == 2)
        .singleElement()
        .satisfies(
            request ->
                assertThat(request.entries()).extracting(Entry::index).containsExactly(4L, 5L, 6L));
  }

  @Test
  @Tag("MEM-bound")
  void payloadHandedToTheStateMachineIsBoundedAndGoesOnAsItApplies() {
    var leader = ScriptedMember.of(TINY, ScriptedMember.votersTo(1)).inOffice();
    leader.apply();
    leader.takeHanded();
    for (long id = 7; id < 12; id++) {
      leader.step(large(id));
      leader.persist();
    }
    assertThat(leader.takeHanded()).extracting(Entry::index).containsExactly(2L, 3L);

    leader.step(new Input.Applied(2));
    assertThat(leader.takeHanded()).extracting(Entry::index).containsExactly(4L);
    leader.step(new Input.Applied(1));
    assertThat(leader.status().appliedIndex()).as("a late report").isEqualTo(2);
  }
}
