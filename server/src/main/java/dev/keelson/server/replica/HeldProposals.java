package dev.keelson.server.replica;

import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Proposal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Proposals that wait for a leader who takes them: those that never left this process, and those
 * that a leader gave back because it hands over. These are offered in a later term only: in their
 * own, a copy that the network has doubled could still be on its way. Owned by the replica thread.
 */
final class HeldProposals {
  private final PendingProposals pending;
  private final long patienceNanos;
  private final ArrayDeque<Proposal> unsent = new ArrayDeque<>();
  private final Map<Long, Forwarded> forwarded = new HashMap<>();
  private final ArrayDeque<GivenBack> givenBack = new ArrayDeque<>();
  private final Set<Long> givenBackOnce = new HashSet<>();

  private record Forwarded(Proposal proposal, long term) {}

  private record GivenBack(Proposal proposal, long term, long giveUpNanos) {}

  /**
   * Nothing is held yet.
   *
   * @param patienceNanos how long one that was given back waits for another leader
   */
  HeldProposals(PendingProposals pending, long patienceNanos) {
    this.pending = pending;
    this.patienceNanos = patienceNanos;
  }

  boolean isEmpty() {
    return unsent.isEmpty() && givenBack.isEmpty();
  }

  /** The node refused it in the step that offered it. */
  void hold(Proposal proposal) {
    pending.takenBack(proposal.id());
    forwarded.remove(proposal.id());
    unsent.add(proposal);
  }

  /** These go to the leader of the term, elsewhere. */
  void forwarded(List<Proposal> proposals, long term) {
    for (var proposal : proposals) {
      forwarded.put(proposal.id(), new Forwarded(proposal, term));
    }
  }

  /**
   * The leader gave this one back. Once only: what is given back a second time may be a copy of the
   * first refusal, and the proposal on its way to the next leader.
   *
   * @return false if it is not held, and its client must be told
   */
  boolean takeBack(long id, long nowNanos) {
    var known = forwarded.remove(id);
    if (known == null || !pending.isAwaited(id) || !givenBackOnce.add(id)) {
      return false;
    }
    pending.takenBack(id);
    givenBack.add(new GivenBack(known.proposal, known.term, nowNanos + patienceNanos));
    return true;
  }

  /** All that may be offered to the leader of this term, and for which a client still waits. */
  List<Proposal> take(long term) {
    var taken = new ArrayList<Proposal>(unsent);
    unsent.clear();
    for (var waiting : List.copyOf(givenBack)) {
      if (waiting.term < term) {
        givenBack.remove(waiting);
        taken.add(waiting.proposal);
      }
    }
    taken.removeIf(proposal -> !pending.isAwaited(proposal.id()));
    return taken;
  }

  /** Forgets what was answered; gives up what no other leader came for: its leader went on. */
  void tick(long nowNanos) {
    forwarded.keySet().removeIf(id -> !pending.isAwaited(id));
    givenBackOnce.removeIf(id -> !pending.isAwaited(id));
    for (var oldest = givenBack.peek();
        oldest != null && oldest.giveUpNanos - nowNanos <= 0;
        oldest = givenBack.peek()) {
      givenBack.poll();
      pending.fail(oldest.proposal.id(), EtcdError.LEADER_CHANGED);
    }
  }
}
