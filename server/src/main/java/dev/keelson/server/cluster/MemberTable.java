package dev.keelson.server.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All members at one point of the log, ascending by unsigned id.
 *
 * @param version of the configuration in force there; rises with every change
 * @param removed ids of former members, which never come back (MB-id)
 * @param birth the members with which the log begins
 */
public record MemberTable(
    long clusterId, long version, List<Member> members, Set<Long> removed, List<Member> birth) {
  public MemberTable {
    members = ascending(members);
    removed = Set.copyOf(removed);
    birth = ascending(birth);
  }

  /** The table of a cluster that is born with these members. */
  public MemberTable(long clusterId, List<Member> members) {
    this(clusterId, 0, members, Set.of(), members);
  }

  private static List<Member> ascending(List<Member> members) {
    return members.stream()
        .sorted(Comparator.comparing(Member::id, Long::compareUnsigned))
        .toList();
  }

  public Optional<Member> find(long id) {
    return members.stream().filter(member -> member.id() == id).findFirst();
  }

  public boolean isRemoved(long id) {
    return removed.contains(id);
  }

  public List<Member> voters() {
    return members.stream().filter(member -> !member.learner()).toList();
  }

  public List<Member> learners() {
    return members.stream().filter(Member::learner).toList();
  }

  /** Whether another member is reached at one of these URLs. */
  public boolean isTaken(List<String> peerUrls, long except) {
    return members.stream()
        .filter(member -> member.id() != except)
        .anyMatch(member -> member.peerUrls().stream().anyMatch(peerUrls::contains));
  }

  /** This table with one member replaced or added. */
  public MemberTable with(Member changed) {
    var others = members.stream().filter(member -> member.id() != changed.id());
    return new MemberTable(
        clusterId, version, Stream.concat(others, Stream.of(changed)).toList(), removed, birth);
  }

  /** This table without a member, whose id is used up. */
  public MemberTable without(long id) {
    var left = members.stream().filter(member -> member.id() != id).toList();
    var gone = new TreeSet<>(removed);
    gone.add(id);
    return new MemberTable(clusterId, version, left, gone, birth);
  }

  public MemberTable atVersion(long newVersion) {
    return new MemberTable(clusterId, newVersion, members, removed, birth);
  }

  /** The table at the beginning of the log. */
  public MemberTable atBirth() {
    return new MemberTable(clusterId, birth);
  }
}
