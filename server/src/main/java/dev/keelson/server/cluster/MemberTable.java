package dev.keelson.server.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All members at one point of the log, ascending by unsigned id. */
public record MemberTable(long clusterId, List<Member> members) {
  public MemberTable {
    members =
        members.stream().sorted(Comparator.comparing(Member::id, Long::compareUnsigned)).toList();
  }

  public Optional<Member> find(long id) {
    return members.stream().filter(member -> member.id() == id).findFirst();
  }

  /** This table with one member replaced or added. */
  public MemberTable with(Member changed) {
    var others = members.stream().filter(member -> member.id() != changed.id());
    return new MemberTable(clusterId, Stream.concat(others, Stream.of(changed)).toList());
  }
}
