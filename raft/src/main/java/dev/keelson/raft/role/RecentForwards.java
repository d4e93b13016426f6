package dev.keelson.raft.role;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/**
 * The forwarded requests a leader has seen last, by their first proposal: a message that the
 * network doubled must not become two entries (reliability.md 1.3). Bounded per member.
 */
final class RecentForwards {
  private static final int MAX_REMEMBERED = 4096;

  private static final class Seen {
    final ArrayDeque<Long> order = new ArrayDeque<>();
    final Set<Long> firstProposals = new HashSet<>();
  }

  private final TreeMap<Long, Seen> byMember = new TreeMap<>();

  boolean contains(long member, long firstProposal) {
    var seen = byMember.get(member);
    return seen != null && seen.firstProposals.contains(firstProposal);
  }

  /** Whether this is the first time. */
  boolean add(long member, long firstProposal) {
    var seen = byMember.computeIfAbsent(member, _ -> new Seen());
    if (!seen.firstProposals.add(firstProposal)) {
      return false;
    }
    seen.order.addLast(firstProposal);
    if (seen.order.size() > MAX_REMEMBERED) {
      seen.firstProposals.remove(seen.order.removeFirst());
    }
    return true;
  }
}
