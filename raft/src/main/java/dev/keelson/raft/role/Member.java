package dev.keelson.raft.role;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogReader;
import dev.keelson.raft.Output;
import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.RandomSource;
import dev.keelson.raft.RestoredState;
import java.util.List;

/** One member of the group: hands an input to whom it concerns, then gathers what came of it. */
public final class Member {
  private final MemberState state;
  private final Installation installation;
  private final Standing standing;
  private final Reception reception;
  private long savedCommit;
  private RaftStatus status;

  public Member(RaftConfig config, RestoredState restored, LogReader log, RandomSource random) {
    state = new MemberState(config, restored, log, random);
    installation = new Installation(state);
    standing = new Standing(state, installation);
    reception = new Reception(state, standing, installation);
    savedCommit = restored.hardState().commit();
    status = describe();
  }

  public RaftStatus status() {
    return status;
  }

  /** Empty unless this member leads. */
  public List<PeerProgress> progress() {
    return standing.role() instanceof Leader leader ? leader.progress() : List.of();
  }

  public Output step(Input input) {
    switch (input) {
      case Input.Tick() -> {
        state.timer.tick();
        standing.role().tick();
      }
      case Input.Receive(var message) -> reception.receive(message);
      case Input.Propose(var proposals) -> standing.role().propose(proposals);
      case Input.ChangeMembership(var change) -> standing.role().change(change);
      case Input.Persisted(var sequence) -> {
        state.log.persisted(sequence);
        standing.role().persisted();
      }
      case Input.Applied(var index) -> applied(index);
      case Input.ReadRequest(var readId) -> standing.role().read(readId);
      case Input.TransferLeadership(var target) -> standing.role().transferLeadership(target);
      case Input.StandDown() -> standing.role().standDown();
      case Input.PeerUnreachable(var peer) -> standing.role().peerUnreachable(peer);
      case Input.SnapshotShipped(var peer, var index, var delivered) ->
          standing.role().snapshotShipped(peer, index, delivered);
      case Input.SnapshotInstalled(var snapshot) -> {
        installation.installed(snapshot, standing.leaderId());
        standing.configurationChanged();
      }
    }
    return gather(input instanceof Input.Tick);
  }

  /** While a snapshot is put in place, the state machine may be past what it was handed. */
  private void applied(long index) {
    if (!installation.isRunning()) {
      state.apply.applied(index);
    }
  }

  private Output gather(boolean tick) {
    handOverAppend(tick);
    if (!installation.isRunning()) {
      var entries = state.apply.take(state.log);
      if (!entries.isEmpty()) {
        state.outbox.add(new Effect.Apply(entries));
      }
    }
    var next = describe();
    if (!next.equals(status)) {
      status = next;
    }
    return new Output(state.outbox.take(), status);
  }

  /**
   * The commit index alone is worth no write of its own: it goes with the next append, or, when
   * nothing happens, with a tick.
   */
  private void handOverAppend(boolean tick) {
    var durability = state.log.durability();
    boolean mustSync = durability.isAppendDue();
    long commit = state.log.commit();
    if (!mustSync && !(tick && commit != savedCommit)) {
      return;
    }
    savedCommit = commit;
    long sequence = durability.handOver(state.log.lastIndex(), mustSync);
    state.outbox.addFirst(
        new Effect.Append(sequence, state.log.takeNew(), state.ballot.hardState(commit), mustSync));
  }

  private RaftStatus describe() {
    return new RaftStatus(
        state.id(),
        standing.role().role(),
        state.term(),
        standing.leaderId(),
        state.log.commit(),
        state.apply.appliedIndex(),
        state.log.lastIndex(),
        state.membership.current());
  }
}
