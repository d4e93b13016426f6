package dev.keelson.raft.role;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Effect;
import dev.keelson.raft.Effect.ProposalRejection;
import dev.keelson.raft.Effect.ReadFailure;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.Input;
import dev.keelson.raft.Message;
import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.Role;
import dev.keelson.raft.membership.MembershipChange;
import dev.keelson.raft.quorum.Vote;
import dev.keelson.raft.quorum.VoteResult;
import dev.keelson.raft.read.ReadBatch;
import dev.keelson.raft.read.ReadIndexRounds;
import dev.keelson.raft.replication.Progress;
import dev.keelson.raft.replication.ProgressTable;
import dev.keelson.raft.replication.Replicator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Leads its term: appends, replicates, commits what a quorum holds, confirms reads, and gives up
 * when no quorum answers (Raft 5.3, 5.4.2; dissertation 6.2, 6.4).
 */
final class Leader implements RoleBehaviour {
  private final MemberState member;
  private final Standing standing;
  private final ProgressTable table;
  private final Replicator replicator;
  private final ReadIndexRounds rounds;
  private final LeadershipTransfer transfer = new LeadershipTransfer();
  private final UncommittedBytes uncommitted;
  private final long term;
  private final RecentForwards recentForwards = new RecentForwards();
  private final Reconfiguration reconfiguration;
  private int ticksSinceHeartbeat;
  private int ticksSinceQuorumCheck;
  private boolean committedInTerm;

  Leader(MemberState member, Standing standing) {
    this.member = member;
    this.standing = standing;
    this.term = member.term();
    this.table = new ProgressTable(member.config);
    this.replicator =
        new Replicator(member.config, member.term(), member.log, member.outbox, table);
    this.rounds = new ReadIndexRounds(member.config.maxPendingReads());
    this.uncommitted = new UncommittedBytes(member.config.maxUncommittedBytes());
    this.reconfiguration = new Reconfiguration(member, this::durableAt);
    table.reconfigure(member.membership.current(), member.log.lastIndex() + 1);
  }

  @Override
  public Role role() {
    return Role.LEADER;
  }

  List<PeerProgress> progress() {
    return table.snapshot();
  }

  /** An entry of our own term, by which those of earlier terms are committed (Raft 8). */
  void begin() {
    for (long readId : member.reads.takeAll()) {
      read(readId);
    }
    append(
        List.of(
            new Entry(member.term(), member.log.lastIndex() + 1, EntryType.NO_OP, Bytes.EMPTY)));
  }

  private void append(List<Entry> entries) {
    if (member.append(entries)) {
      standing.configurationChanged();
    }
    replicator.sendEntries();
  }

  @Override
  public void tick() {
    transfer.tick();
    for (var peer : table.peers()) {
      replicator.tick(peer);
    }
    if (++ticksSinceQuorumCheck >= member.config.electionTicks()) {
      ticksSinceQuorumCheck = 0;
      if (!heardFromQuorum()) {
        standing.follow(member.term());
        return;
      }
    }
    if (++ticksSinceHeartbeat >= member.config.heartbeatTicks()) {
      sendHeartbeats();
    }
  }

  /** A leader that is cut off must not go on believing in itself (dissertation 6.2). */
  private boolean heardFromQuorum() {
    var result = member.membership.quorum().result(this::lives);
    for (var peer : table.peers()) {
      peer.forgetActivity();
    }
    return result == VoteResult.WON;
  }

  private Vote lives(long id) {
    boolean lives =
        id == member.id() || table.find(id).map(Progress::isRecentlyActive).orElse(false);
    return lives ? Vote.YES : Vote.NO;
  }

  private void sendHeartbeats() {
    ticksSinceHeartbeat = 0;
    for (var peer : table.peers()) {
      // Never a commit beyond what it holds: its log may go on with something else.
      long commit = Math.min(peer.matchIndex(), member.log.commit());
      member.outbox.send(
          new Message.Heartbeat(member.id(), peer.id(), member.term(), commit, rounds.latest()));
    }
  }

  @Override
  public void propose(List<Proposal> proposals) {
    if (transfer.isRunning()) {
      reject(proposals, ProposalRejection.TRANSFERRING);
      return;
    }
    int accepted = appendProposals(proposals);
    if (accepted < proposals.size()) {
      reject(proposals.subList(accepted, proposals.size()), ProposalRejection.OVERLOADED);
    }
  }

  private void reject(List<Proposal> proposals, ProposalRejection reason) {
    member.outbox.add(new Effect.RejectProposals(Petitions.idsOf(proposals), reason));
  }

  @Override
  public void forwardProposals(Message.ForwardProposals forwarded) {
    var proposals = forwarded.proposals();
    if (proposals.isEmpty()
        || !member.membership.current().contains(forwarded.from())
        || !recentForwards.add(forwarded.from(), proposals.getFirst().id())) {
      return;
    }
    if (transfer.isRunning()) {
      rejectForwarded(forwarded, 0, ProposalRejection.TRANSFERRING);
      return;
    }
    int accepted = appendProposals(proposals);
    if (accepted < proposals.size()) {
      rejectForwarded(forwarded, accepted, ProposalRejection.OVERLOADED);
    }
  }

  private void rejectForwarded(
      Message.ForwardProposals forwarded, int from, ProposalRejection reason) {
    var refused = forwarded.proposals().subList(from, forwarded.proposals().size());
    member.outbox.send(
        new Message.ForwardRejected(
            member.id(), forwarded.from(), member.term(), Petitions.idsOf(refused), reason));
  }

  @Override
  public void change(MembershipChange change) {
    begin(change)
        .ifPresent(
            reason -> member.outbox.add(new Effect.RejectProposals(List.of(change.id()), reason)));
  }

  @Override
  public void forwardChange(Message.ForwardChange forwarded) {
    var change = forwarded.change();
    if (!member.membership.current().contains(forwarded.from())
        || !recentForwards.add(forwarded.from(), change.id())) {
      return;
    }
    begin(change)
        .ifPresent(
            reason ->
                member.outbox.send(
                    new Message.ForwardRejected(
                        member.id(),
                        forwarded.from(),
                        member.term(),
                        List.of(change.id()),
                        reason)));
  }

  /** Why the change was not begun; empty if it was. */
  private Optional<ProposalRejection> begin(MembershipChange change) {
    if (transfer.isRunning()) {
      return Optional.of(ProposalRejection.TRANSFERRING);
    }
    var refusal = reconfiguration.judge(change, committedInTerm);
    if (refusal.isEmpty()) {
      append(List.of(reconfiguration.begin(change)));
    }
    return refusal;
  }

  /** Appends as many as there is room for, in order; how many. */
  private int appendProposals(List<Proposal> proposals) {
    var entries = new ArrayList<Entry>(proposals.size());
    long next = member.log.lastIndex() + 1;
    long bytes = 0;
    for (var proposal : proposals) {
      long size = proposal.payload().length();
      if (!uncommitted.hasRoomFor(bytes, size)) {
        break;
      }
      bytes += size;
      entries.add(new Entry(member.term(), next++, EntryType.COMMAND, proposal.payload()));
    }
    if (!entries.isEmpty()) {
      uncommitted.appended(next - 1, bytes);
      append(entries);
    }
    return entries.size();
  }

  /** We count ourselves like any other member: once it is durable (DU-ack). */
  @Override
  public void persisted() {
    commitWhatQuorumHolds();
  }

  @Override
  public void appendAccepted(Message.AppendAccepted answer) {
    table
        .find(answer.from())
        .ifPresent(
            peer -> {
              boolean moved = replicator.accepted(peer, answer.matchIndex());
              if (!moved || !commitWhatQuorumHolds()) {
                replicator.feed(peer);
              }
              finishTransfer(peer);
            });
  }

  /** Only entries of our own term are committed by counting (Raft 5.4.2). */
  private boolean commitWhatQuorumHolds() {
    long reached = member.membership.quorum().reachedIndex(this::durableAt);
    if (reached <= member.log.commit() || member.log.termAt(reached) != member.term()) {
      return false;
    }
    member.commitTo(reached);
    uncommitted.committed(reached);
    committedInTerm = true;
    replicator.sendCommit();
    if (isRemoved()) {
      leaveOffice();
    } else {
      reconfiguration.nextStep().ifPresent(entry -> append(List.of(entry)));
      beginRound();
    }
    return true;
  }

  private long durableAt(long id) {
    return id == member.id() ? member.log.durableIndex() : table.matchIndexOf(id);
  }

  /** The member that is furthest takes over at once, rather than after everybody has waited. */
  private void leaveOffice() {
    heir()
        .ifPresent(
            heir ->
                member.outbox.send(new Message.TimeoutNow(member.id(), heir.id(), member.term())));
    standing.follow(member.term());
  }

  /** Whoever answers comes before whoever does not. */
  private Optional<Progress> heir() {
    var configuration = member.membership.current();
    return table.peers().stream()
        .filter(peer -> configuration.isVoter(peer.id()))
        .max(
            Comparator.comparing(Progress::isRecentlyActive)
                .thenComparingLong(Progress::matchIndex));
  }

  @Override
  public void standDown() {
    leaveOffice();
  }

  /** A leader outside the configuration leads until that is committed (dissertation 4.2.2). */
  private boolean isRemoved() {
    return !member.isVoter() && member.membership.currentIndex() <= member.log.commit();
  }

  @Override
  public void appendRejected(Message.AppendRejected answer) {
    table
        .find(answer.from())
        .ifPresent(peer -> replicator.rejected(peer, answer.rejectedIndex(), answer.hint()));
  }

  @Override
  public void heartbeatResponse(Message.HeartbeatResponse answer) {
    table.find(answer.from()).ifPresent(replicator::heartbeatAnswered);
    rounds.confirm(answer.from(), answer.readRound());
    finishRound();
  }

  @Override
  public void read(long readId) {
    if (rounds.addLocal(readId)) {
      beginRound();
    } else {
      member.outbox.add(new Effect.FailRead(readId, ReadFailure.OVERLOADED));
    }
  }

  @Override
  public void readIndexRequest(Message.ReadIndexRequest request) {
    if (member.membership.current().contains(request.from())) {
      rounds.addRemote(request.from(), request.readId());
      beginRound();
    }
  }

  /** No read before we have committed in our term: until then we do not know the commit index. */
  private void beginRound() {
    if (!committedInTerm || !rounds.canBegin()) {
      return;
    }
    long round = rounds.begin(member.log.commit());
    rounds.confirm(member.id(), round);
    if (!finishRound()) {
      sendHeartbeats();
    }
  }

  private boolean finishRound() {
    if (!rounds.isConfirmed(member.membership.quorum())) {
      return false;
    }
    answer(rounds.finish());
    beginRound();
    return true;
  }

  private void answer(ReadBatch batch) {
    for (long readId : batch.localReads()) {
      member.outbox.add(new Effect.ServeRead(readId, batch.index()));
    }
    batch
        .remoteRequests()
        .forEach(
            (peer, requestId) ->
                member.outbox.send(
                    new Message.ReadIndexResponse(
                        member.id(), peer, member.term(), requestId, batch.index())));
  }

  /** Stops new proposals, brings the target up to date, then tells it to stand (3.10). */
  @Override
  public void transferLeadership(long asked) {
    long target = asked == Input.TransferLeadership.ANYBODY ? bestTarget() : asked;
    if (target == member.id()
        || transfer.isTo(target)
        || !member.membership.current().voters().contains(target)) {
      return;
    }
    transfer.begin(target, member.config.electionTicks());
    table.find(target).ifPresent(this::finishTransfer);
  }

  /** Ourselves if there is no other voter: then there is nobody to hand over to. */
  private long bestTarget() {
    return heir().map(Progress::id).orElse(member.id());
  }

  private void finishTransfer(Progress peer) {
    if (transfer.isTo(peer.id()) && peer.matchIndex() == member.log.lastIndex()) {
      member.outbox.send(new Message.TimeoutNow(member.id(), peer.id(), member.term()));
    }
  }

  @Override
  public void peerUnreachable(long peer) {
    table.find(peer).ifPresent(replicator::connectionLost);
  }

  @Override
  public void snapshotShipped(long peer, long snapshotIndex, boolean delivered) {
    table
        .find(peer)
        .ifPresent(progress -> replicator.snapshotShipped(progress, snapshotIndex, delivered));
  }

  @Override
  public void configurationChanged() {
    table.reconfigure(member.membership.current(), member.log.lastIndex() + 1);
    // Those who have confirmed the round under way may be a quorum now.
    finishRound();
  }

  @Override
  public void leave() {
    standing.petitions().tookInOffice(term, recentForwards);
    for (long readId : rounds.abandon().localReads()) {
      member.outbox.add(new Effect.FailRead(readId, ReadFailure.LEADER_CHANGED));
    }
  }
}
