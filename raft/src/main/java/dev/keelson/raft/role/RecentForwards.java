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
    long highestForgotten = Long.MIN_VALUE;
  }

  private final TreeMap<Long, Seen> byMember = new TreeMap<>();

  /** Whether it may have been seen: of what is forgotten only the highest number is known. */
  boolean mayContain(long member, long firstProposal) {
    var seen = byMember.get(member);
    return seen != null
        && (firstProposal <= seen.highestForgotten || seen.firstProposals.contains(firstProposal));
  }

  /** Whether this is the first time. */
  boolean add(long member, long firstProposal) {
    var seen = byMember.computeIfAbsent(member, _ -> new Seen());
    if (!seen.firstProposals.add(firstProposal)) {
      return false;
    }
    seen.order.addLast(firstProposal);
    if (seen.order.size() > MAX_REMEMBERED) {
      long forgotten = seen.order.removeFirst();
      seen.firstProposals.remove(forgotten);
      seen.highestForgotten = Math.max(seen.highestForgotten, forgotten);
    }
    return true;
  }
}
