package dev.keelson.server.replica;

import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Effect;
import dev.keelson.raft.Input;
import dev.keelson.raft.Message;
import dev.keelson.raft.Output;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.RaftNode;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.MembershipChange;
import dev.keelson.server.time.Clock;
import dev.keelson.storage.work.Round;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one worker around the Raft node ("keelson-replica"): it gathers inputs, steps the node and
 * hands its effects on. It decides nothing about Raft.
 */
public final class ReplicaLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReplicaLoop.class);
  private static final int MAX_DRAIN = 1024;

  /** As in one append of the node. */
  private static final long MAX_APPEND_BYTES = 1L << 20;

  /** Election timeouts that a leader may go on without applying anything. */
  private static final int APPLY_PATIENCE = 10;

  private final RaftNode node;
  private final ReplicaInbox inbox;
  private final ReplicaLimits limits;
  private final ReplicaParts parts;
  private final OutgoingMessages outgoing;
  private final PendingProposals pending;
  private final DurabilityGate gate;
  private final Clock clock;
  private final MemberFailure failure;
  private final Rounds rounds = new Rounds();

  // Owned by the replica thread.
  private final ReplicaMeasures measures = new ReplicaMeasures();
  private final PendingReads reads = new PendingReads(measures);
  private final HeldProposals held;
  private final LogStall stall;
  private final ApplyStall applyStall;
  private final LeaderlessLog leaderless;
  private final TickSource ticks;
  private final LogRelease logRelease;
  private List<Proposal> offering = List.of();
  private RaftStatus status;
  private long persistedSeen;
  private long appliedSeen;
  private long handedToApply;

  /** A loop around this node, not started yet. */
  public ReplicaLoop(RaftNode node, ReplicaInbox inbox, ReplicaLimits limits, ReplicaParts parts) {
    this.node = node;
    this.inbox = inbox;
    this.limits = limits;
    this.parts = parts;
    this.outgoing = new OutgoingMessages(parts.transport(), MAX_APPEND_BYTES);
    this.pending = parts.pending();
    this.gate = parts.gate();
    this.clock = parts.clock();
    this.failure = parts.failure();
    this.status = node.status();
    this.appliedSeen = status.appliedIndex();
    this.handedToApply = appliedSeen;
    this.held = new HeldProposals(pending, 2 * limits.electionNanos());
    this.stall = new LogStall(limits.electionNanos());
    this.applyStall = new ApplyStall(APPLY_PATIENCE * limits.electionTicks());
    this.leaderless = new LeaderlessLog(limits.electionNanos());
    this.ticks = new TickSource(limits, clock.nanoTime());
    this.logRelease = new LogRelease(parts.log(), parts.keeping());
  }

  public ReplicaMeasures measures() {
    return measures;
  }

  public void start() {
    inbox.worker.start(rounds);
  }

  /** Ends the worker; clients that still wait hear "server stopped". */
  @Override
  public void close() {
    inbox.shut();
    inbox.worker.close();
    reads.failAll(EtcdError.STOPPED);
    pending.failAll(EtcdError.STOPPED);
  }

  private final class Rounds implements Round {
    private final Work work = new Work();

    @Override
    public long run() {
      if (inbox.isOpen()) {
        work.gather();
        measures.gathered(work.size());
        stepAll(work);
        outgoing.flush();
        inbox.await(awaited());
      }
      return ticks.nanosUntilNext(clock.nanoTime());
    }

    @Override
    public boolean gathersLoad() {
      return true; // batches come from load
    }

    @Override
    public boolean hasWork() {
      return ReplicaLoop.this.hasWork();
    }

    @Override
    public void failed(Throwable cause) {
      inbox.shut();
      failure.memberFailed("keelson-replica", cause);
    }
  }

  /**
   * A leader counts itself once durable, and a candidate its own vote; a follower's promises leave
   * through the gate. Entries that are committed and not handed on wait for one or the other.
   */
  private ReplicaInbox.Awaited awaited() {
    boolean entriesWait = status.commitIndex() > handedToApply;
    boolean follows = status.role() == Role.FOLLOWER || status.role() == Role.LEARNER;
    return new ReplicaInbox.Awaited(!follows || entriesWait, entriesWait || reads.waitForStore());
  }

  private boolean hasWork() {
    var awaited = awaited();
    return !inbox.isOpen()
        || !inbox.messages.isEmpty()
        || !inbox.proposals.isEmpty()
        || !inbox.readers.isEmpty()
        || !inbox.changes.isEmpty()
        || !inbox.controls.isEmpty()
        || !inbox.unreachable.isEmpty()
        || (awaited.persisted() && inbox.persisted.get() != persistedSeen)
        || (awaited.applied() && inbox.applied.get() != appliedSeen);
  }

  /** What peers say and what is durable comes first: client work never delays it (OV-shed). */
  private void stepAll(Work work) {
    long nowNanos = clock.nanoTime();
    if (ticks.wasAway(nowNanos)) {
      comeBack();
    }
    for (var message : work.messages) {
      step(new Input.Receive(message));
    }
    for (var control : work.controls) {
      if (control instanceof Input.SnapshotInstalled(var snapshot)) {
        parts.log().resetTo(snapshot.position());
        handedToApply = snapshot.position().index();
      }
      step(control);
    }
    for (var peer : List.copyOf(inbox.unreachable)) {
      inbox.unreachable.remove(peer);
      step(new Input.PeerUnreachable(peer));
    }
    reportPersisted();
    reportApplied();
    for (int due = ticks.due(nowNanos); due > 0; due--) {
      tick(nowNanos);
    }
    propose(work.proposals);
    work.readers.removeIf(PendingReads::dropIfCancelled);
    for (var change : work.changes) {
      pending.handedOver(change.id(), status.term());
      step(new Input.ChangeMembership(change));
    }
    if (!work.readers.isEmpty()) {
      long id = reads.add(work.readers, nowNanos + limits.requestTimeoutNanos());
      step(new Input.ReadRequest(id));
    }
  }

  /**
   * TM-pause: the process stood still for longer than an election takes. What was believed before
   * is not believed any more, and nobody is answered by it.
   */
  private void comeBack() {
    log.warn(
        "this member stood still for longer than an election takes role={} term={}: it leaves"
            + " office, and its reads fail",
        status.role(),
        status.term());
    step(new Input.StandDown());
    reads.failAll(EtcdError.LEADER_CHANGED);
  }

  private void reportPersisted() {
    long sequence = inbox.persisted.get();
    if (sequence != persistedSeen) {
      persistedSeen = sequence;
      step(new Input.Persisted(sequence));
    }
  }

  private void reportApplied() {
    long index = inbox.applied.get();
    if (index != appliedSeen) {
      appliedSeen = index;
      step(new Input.Applied(index));
      reads.applied(index);
    }
  }

  private void tick(long nowNanos) {
    boolean cannotWrite = stall.isStalled(parts.log().busyNanos());
    // Alone it would only elect itself again, at each tick.
    boolean cannotApply =
        applyStall.isStalled(handedToApply, appliedSeen)
            && status.configuration().voters().size() > 1;
    if ((cannotWrite || cannotApply) && status.isLeader()) {
      // No heartbeat may keep a leader in office that cannot write or answer (reliability.md 1.7).
      step(new Input.StandDown());
    }
    step(new Input.Tick());
    leaderless.tick(status, nowNanos);
    held.tick(nowNanos);
    pending.expire(nowNanos);
    reads.expire(nowNanos);
    offerHeld();
    logRelease.release(inbox.flushed.get(), status.lastIndex(), node.progress());
  }

  private void propose(List<Proposal> gathered) {
    gathered.removeIf(proposal -> pending.dropIfCancelled(proposal.id()));
    if (gathered.isEmpty()) {
      return;
    }
    for (var proposal : gathered) {
      pending.handedOver(proposal.id(), status.term());
    }
    if (!status.isLeader()) {
      held.forwarded(gathered, status.term());
    }
    offering = gathered;
    step(new Input.Propose(gathered));
    offering = List.of();
  }

  private void offerHeld() {
    if (!held.isEmpty() && status.hasLeader()) {
      propose(held.take(status.term()));
    }
  }

  private void step(Input input) {
    var output = node.step(input);
    var before = status;
    status = output.status();
    inbox.publish(status);
    execute(output);
    StatusLog.changed(before, status);
    measures.changed(before, status);
    boolean sameLeader = before.leaderId() == status.leaderId() && before.term() == status.term();
    if (!sameLeader && status.hasLeader()) {
      offerHeld();
    }
  }

  private void execute(Output output) {
    for (var effect : output.effects()) {
      switch (effect) {
        case Effect.Append append ->
            parts
                .log()
                .append(append.sequence(), append.entries(), append.hardState(), append.mustSync());
        case Effect.Send(var message) -> outgoing.send(message);
        case Effect.SendAfterDurable(var message, var sequence) -> gate.send(message, sequence);
        case Effect.Apply(var entries) -> {
          handedToApply = entries.getLast().index();
          parts.stateMachine().apply(entries);
        }
        case Effect.ServeRead(var readId, var index) -> {
          reads.indexFound(readId, index);
          reads.applied(appliedSeen);
        }
        case Effect.FailRead(var readId, var reason) -> reads.fail(readId, errorOf(reason));
        case Effect.RejectProposals rejected -> reject(rejected);
        case Effect.ShipSnapshot(var peer, var atLeastIndex) ->
            parts.snapshots().ship(peer, atLeastIndex);
        case Effect.InstallSnapshot(var snapshot) -> parts.stateMachine().install(snapshot);
      }
    }
  }

  /**
   * What the node refuses in the step that offers it never left this process: for want of a leader
   * it is held, and offered again once there is one, until its time is over. So is what a leader
   * gives back that hands over, for the next leader. Any other refusal that comes back from
   * elsewhere is the client's to hear: nothing is ever proposed twice.
   */
  private void reject(Effect.RejectProposals rejected) {
    var refused = new HashSet<>(rejected.proposalIds());
    if (mayBeHeld(rejected.reason())) {
      for (var proposal : offering) {
        if (refused.remove(proposal.id())) {
          held.hold(proposal);
        }
      }
    }
    if (rejected.reason() == Effect.ProposalRejection.TRANSFERRING) {
      refused.removeIf(id -> held.takeBack(id, clock.nanoTime()));
    }
    for (var id : refused) {
      pending.fail(id, errorOf(rejected.reason()));
    }
  }

  private static boolean mayBeHeld(Effect.ProposalRejection reason) {
    return switch (reason) {
      case NO_LEADER, TRANSFERRING -> true;
      case NOT_LEADER, OVERLOADED, CONFIGURATION_CHANGED, CHANGE_UNDER_WAY, LEARNER_NOT_READY ->
          false;
    };
  }

  private static EtcdError errorOf(Effect.ReadFailure reason) {
    return switch (reason) {
      case LEADER_CHANGED -> EtcdError.LEADER_CHANGED;
      case OVERLOADED -> EtcdError.REQUEST_TOO_MANY_REQUESTS;
    };
  }

  private static EtcdError errorOf(Effect.ProposalRejection reason) {
    return switch (reason) {
      case NO_LEADER, TRANSFERRING, NOT_LEADER, CONFIGURATION_CHANGED, CHANGE_UNDER_WAY ->
          EtcdError.LEADER_CHANGED;
      case LEARNER_NOT_READY -> EtcdError.LEARNER_NOT_READY;
      case OVERLOADED -> EtcdError.REQUEST_TOO_MANY_REQUESTS;
    };
  }

  /** All that has gathered since the last round; reused. */
  private final class Work {
    private final List<Message> messages = new ArrayList<>();
    private final List<Input> controls = new ArrayList<>();
    private final List<Proposal> proposals = new ArrayList<>();
    private final List<MembershipChange> changes = new ArrayList<>();
    private final List<Completion<Long>> readers = new ArrayList<>();

    int size() {
      return messages.size() + controls.size() + proposals.size() + readers.size();
    }

    void gather() {
      messages.clear();
      controls.clear();
      proposals.clear();
      changes.clear();
      readers.clear();
      inbox.messages.drainTo(messages, MAX_DRAIN);
      inbox.controls.drainTo(controls, MAX_DRAIN);
      inbox.proposals.drainTo(proposals, MAX_DRAIN);
      inbox.changes.drainTo(changes, MAX_DRAIN);
      inbox.readers.drainTo(readers, Integer.MAX_VALUE);
    }
  }
}
