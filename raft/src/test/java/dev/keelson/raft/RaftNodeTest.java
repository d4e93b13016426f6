package dev.keelson.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.membership.Configuration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The ordinary course of things, everything working at once. */
class RaftNodeTest {

  private static final class Member {
    final RaftNode node;
    final InMemoryLog log = new InMemoryLog();
    final List<Entry> applied = new ArrayList<>();

    Member(long id, Set<Long> voters) {
      var base = new SnapshotDescriptor(LogPosition.ZERO, Configuration.ofVoters(voters));
      node =
          RaftNode.restore(
              RaftConfig.defaults(id, 10, 1),
              new RestoredState(HardState.INITIAL, base, 0),
              log,
              new SeededRandom(id));
    }
  }

  /** Members 1 to n, whose disks and network are immediate. */
  private static final class Group {
    final List<Member> members = new ArrayList<>();
    final List<Effect> answers = new ArrayList<>();
    private final ArrayDeque<Message> wire = new ArrayDeque<>();

    Group(Set<Long> voters) {
      for (long id = 1; id <= voters.size(); id++) {
        members.add(new Member(id, voters));
      }
    }

    Member member(long id) {
      return members.get((int) id - 1);
    }

    void step(long id, Input input) {
      run(id, input);
      while (!wire.isEmpty()) {
        var message = wire.removeFirst();
        run(message.to(), new Input.Receive(message));
      }
    }

    private void run(long id, Input input) {
      for (var effect : member(id).node.step(input).effects()) {
        switch (effect) {
          case Effect.Append append -> {
            member(id).log.append(append.entries());
            run(id, new Input.Persisted(append.sequence()));
          }
          case Effect.Send(var message) -> wire.addLast(message);
          case Effect.SendAfterDurable(var message, _) -> wire.addLast(message);
          case Effect.Apply(var entries) -> {
            member(id).applied.addAll(entries);
            run(id, new Input.Applied(entries.getLast().index()));
          }
          case Effect.ServeRead _, Effect.FailRead _, Effect.RejectProposals _ ->
              answers.add(effect);
          case Effect.ShipSnapshot _, Effect.InstallSnapshot _ ->
              throw new AssertionError(effect.toString());
        }
      }
    }

    long elect() {
      for (int tick = 0; tick < 20; tick++) {
        for (long id = 1; id <= members.size(); id++) {
          step(id, new Input.Tick());
          if (member(id).node.status().isLeader()) {
            return id;
          }
        }
      }
      throw new AssertionError("no leader");
    }
  }

  private static Input.Propose proposal(long id) {
    return new Input.Propose(List.of(new Proposal(id, true, Bytes.wrap(new byte[] {(byte) id}))));
  }

  @Test
  void singleVoterLeadsOnItsFirstTickAndServesAtOnce() {
    var group = new Group(Set.of(1L));

    group.step(1, new Input.Tick());
    group.step(1, proposal(7));
    group.step(1, new Input.ReadRequest(70));

    assertThat(group.member(1).node.status().isLeader()).isTrue();
    assertThat(group.member(1).node.status().commitIndex()).isEqualTo(2);
    assertThat(group.answers).containsExactly(new Effect.ServeRead(70, 2));
  }

  @Test
  void threeVotersElectCommitApplyAndReadThroughEveryMember() {
    var group = new Group(Set.of(1L, 2L, 3L));

    long leader = group.elect();
    for (long id = 1; id <= 3; id++) {
      group.step(id, proposal(id));
    }
    for (long id = 1; id <= 3; id++) {
      group.step(id, new Input.ReadRequest(id * 10));
    }

    assertThat(group.members).allMatch(member -> member.node.status().leaderId() == leader);
    assertThat(group.members).allMatch(member -> member.applied.size() == 4);
    assertThat(group.answers)
        .containsExactly(
            new Effect.ServeRead(10, 4), new Effect.ServeRead(20, 4), new Effect.ServeRead(30, 4));
  }
}
