package dev.keelson.server.replica;

import com.google.protobuf.CodedOutputStream;
import dev.keelson.api.command.Command;
import dev.keelson.api.command.MemberChange;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.Input;
import dev.keelson.raft.Invariant;
import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.MembershipChange;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.time.Clock;
import dev.keelson.server.transport.PeerListener;
import dev.keelson.storage.work.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where everything that the replica thread must hear arrives. Thread-safe; no method blocks. Queues
 * are bounded; what must not be lost is a number or one of a few, and takes no room in a queue.
 */
public final class ReplicaInbox implements Replica, MembershipLog, PeerListener {
  private static final int MAX_CONTROLS = 64;

  /** Operators are few; one change is under way at a time. */
  private static final int MAX_CHANGES = 64;

  final Worker worker;
  final Mailbox<Message> messages;
  final Mailbox<Proposal> proposals;
  final Mailbox<Completion<Long>> readers;
  final Mailbox<MembershipChange> changes;
  final Mailbox<Input> controls;
  final Set<Long> unreachable = ConcurrentHashMap.newKeySet();
  final AtomicLong persisted = new AtomicLong();
  final AtomicLong applied;
  final AtomicLong flushed = new AtomicLong();

  private final ReplicaLimits limits;
  private final PendingProposals pending;
  private final DurabilityGate gate;
  private final Clock clock;
  private final AtomicLong nextRequestId;
  private volatile RaftStatus status;
  private volatile Awaited awaited = Awaited.ALL;
  private volatile boolean open = true;

  /**
   * An empty inbox.
   *
   * @param worker does the rounds of the loop
   * @param firstRequestId drawn at random at each start: an entry of an earlier run must not find a
   *     client of this one
   */
  public ReplicaInbox(
      Worker worker,
      RaftStatus initial,
      ReplicaLimits limits,
      PendingProposals pending,
      DurabilityGate gate,
      Clock clock,
      long firstRequestId) {
    this.worker = worker;
    this.status = initial;
    this.applied = new AtomicLong(initial.appliedIndex());
    this.limits = limits;
    this.pending = pending;
    this.gate = gate;
    this.clock = clock;
    this.nextRequestId = new AtomicLong(firstRequestId);
    this.messages = new Mailbox<>(limits.maxQueuedMessages(), worker);
    this.proposals = new Mailbox<>(limits.maxPendingProposals(), worker);
    this.readers = new Mailbox<>(limits.maxQueuedReads(), worker);
    this.changes = new Mailbox<>(MAX_CHANGES, worker);
    this.controls = new Mailbox<>(MAX_CONTROLS, worker);
  }

  // ---- What clients ask -------------------------------------------------------------------------

  @Override
  public void propose(Command command, Completion<ApplyResult> completion) {
    propose(command, true, completion);
  }

  @Override
  public void proposeAsLeader(Command command, Completion<ApplyResult> completion) {
    propose(command, false, completion);
  }

  private void propose(Command command, boolean forwardable, Completion<ApplyResult> completion) {
    if (!open) {
      completion.complete(new Outcome.Failure<>(EtcdError.STOPPED));
      return;
    }
    if (status.commitIndex() - applied.get() > limits.maxApplyBacklog()) {
      completion.complete(new Outcome.Failure<>(EtcdError.REQUEST_TOO_MANY_REQUESTS));
      return;
    }
    long requestId = nextRequestId.getAndIncrement();
    var proposal = new Proposal(requestId, forwardable, payload(requestId, command));
    long deadline = clock.nanoTime() + limits.requestTimeoutNanos();
    if (!pending.add(requestId, completion, deadline)) {
      completion.complete(new Outcome.Failure<>(EtcdError.REQUEST_TOO_MANY_REQUESTS));
    } else if (!proposals.offer(proposal)) {
      pending.fail(requestId, EtcdError.REQUEST_TOO_MANY_REQUESTS);
    }
  }

  @Override
  public void change(
      MemberChange change, Configuration target, Completion<ApplyResult> completion) {
    if (!open) {
      completion.complete(new Outcome.Failure<>(EtcdError.STOPPED));
      return;
    }
    long requestId = nextRequestId.getAndIncrement();
    var note = payload(requestId, Command.newBuilder().setMemberChange(change).build());
    if (!pending.addForever(requestId, completion)) {
      completion.complete(new Outcome.Failure<>(EtcdError.REQUEST_TOO_MANY_REQUESTS));
    } else if (!changes.offer(new MembershipChange(requestId, target, note))) {
      pending.fail(requestId, EtcdError.REQUEST_TOO_MANY_REQUESTS);
    }
  }

  @Override
  public void awaitReadIndex(Completion<Long> completion) {
    if (!open) {
      completion.complete(new Outcome.Failure<>(EtcdError.STOPPED));
    } else if (!readers.offer(completion)) {
      completion.complete(new Outcome.Failure<>(EtcdError.REQUEST_TOO_MANY_REQUESTS));
    }
  }

  @Override
  public RaftStatus status() {
    return status;
  }

  /** Of messages, proposals and reads, so many wait for the loop. */
  public Depth depth() {
    return new Depth(messages.size(), proposals.size(), readers.size());
  }

  /** What waits for the loop. */
  public record Depth(int messages, int proposals, int reads) {}

  /** Asks for another leader; whether it came about shows in the status. False when busy. */
  public boolean transferLeadership(long target) {
    return controls.offer(new Input.TransferLeadership(target));
  }

  // ---- What the other threads report ------------------------------------------------------------

  @Override
  public void onMessage(Message message) {
    if (message instanceof Message.SnapshotArrived) {
      // Its sender has been told that it was delivered.
      report(new Input.Receive(message));
    } else {
      messages.offer(message); // full: lost, as on a bad network
    }
  }

  @Override
  public void onConnected(long peer) {
    worker.wake();
  }

  @Override
  public void onDisconnected(long peer) {
    unreachable.add(peer);
    worker.wake();
  }

  /** All appends up to this sequence are durable; called by the log's thread, in order. */
  public void persisted(long sequence) {
    gate.release(sequence);
    persisted.set(sequence);
    if (awaited.persisted()) {
      worker.wake();
    }
  }

  /** The state machine has applied everything up to this index; called by its thread. */
  public void applied(long index) {
    applied.set(index);
    if (awaited.applied()) {
      worker.wake();
    }
  }

  /** The store would survive a crash as of this index; called by its upkeep. */
  public void flushed(long index) {
    flushed.set(index);
  }

  /** A transfer asked for by {@link ReplicaParts.SnapshotShipper#ship} has ended. */
  public void snapshotShipped(long peer, long snapshotIndex, boolean delivered) {
    report(new Input.SnapshotShipped(peer, snapshotIndex, delivered));
  }

  /** The snapshot asked for by {@link ReplicaParts.StateMachine#install} is in place. */
  public void snapshotInstalled(SnapshotDescriptor snapshot) {
    applied.set(snapshot.position().index());
    report(new Input.SnapshotInstalled(snapshot));
  }

  private void report(Input outcome) {
    // At most one transfer a peer, one arrival and one installation are under way.
    Invariant.check(controls.offer(outcome), "no room for the outcome %s", outcome);
  }

  /**
   * What the sleeping loop would act upon. The rest it notices when something else wakes it, at the
   * latest with the next tick: a wake-up costs more than most of what it would do.
   */
  record Awaited(boolean persisted, boolean applied) {
    static final Awaited ALL = new Awaited(true, true);
  }

  // ---- For the loop -----------------------------------------------------------------------------

  void publish(RaftStatus newStatus) {
    status = newStatus;
  }

  /** Called by the loop before it looks at its inputs for the last time and sleeps. */
  void await(Awaited next) {
    if (!next.equals(awaited)) {
      awaited = next;
    }
  }

  boolean isOpen() {
    return open;
  }

  /** From now on clients hear "server stopped". */
  void shut() {
    open = false;
    worker.wake();
  }

  /** The command with its request id in front: one array, no further copy on the way to the log. */
  private static Bytes payload(long requestId, Command command) {
    Invariant.check(command.getRequestId() == 0, "the request id is the replica's to choose");
    int idSize = CodedOutputStream.computeFixed64Size(Command.REQUEST_ID_FIELD_NUMBER, requestId);
    var array = new byte[idSize + command.getSerializedSize()];
    try {
      var output = CodedOutputStream.newInstance(array);
      output.writeFixed64(Command.REQUEST_ID_FIELD_NUMBER, requestId);
      command.writeTo(output);
      output.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException("an array of the computed size cannot be too small", e);
    }
    return Bytes.wrap(array);
  }
}
