package dev.keelson.server.cluster;

import dev.keelson.api.command.MemberRecord;
import dev.keelson.api.command.MemberTableRecord;
import java.util.List;
import java.util.Set;

/** The table as it is stored, and told to those who want to join. */
public final class MemberTableCodec {
  private MemberTableCodec() {}

  public static MemberTableRecord.Builder encode(MemberTable table) {
    return MemberTableRecord.newBuilder()
        .setClusterId(table.clusterId())
        .addAllMembers(table.members().stream().map(MemberTableCodec::encode).toList())
        .addAllRemoved(table.removed().stream().sorted().toList())
        .addAllBirth(table.birth().stream().map(MemberTableCodec::encode).toList());
  }

  public static MemberRecord encode(Member member) {
    return MemberRecord.newBuilder()
        .setMemberId(member.id())
        .setName(member.name())
        .addAllPeerUrls(member.peerUrls())
        .addAllClientUrls(member.clientUrls())
        .setIsLearner(member.learner())
        .setIncarnation(member.incarnation())
        .build();
  }

  /** The table of a record, which says nothing of its version. */
  public static MemberTable decode(MemberTableRecord table, long version) {
    var members = table.getMembersList().stream().map(MemberTableCodec::decode).toList();
    return new MemberTable(
        table.getClusterId(),
        version,
        members,
        Set.copyOf(table.getRemovedList()),
        table.getBirthCount() == 0 ? asAtBirth(members) : decodeAll(table.getBirthList()));
  }

  private static List<Member> decodeAll(List<MemberRecord> members) {
    return members.stream().map(MemberTableCodec::decode).toList();
  }

  /** Written before members could change: they are those of the birth, and have started since. */
  private static List<Member> asAtBirth(List<Member> members) {
    return members.stream()
        .map(m -> new Member(m.id(), "", m.peerUrls(), List.of(), m.learner()))
        .toList();
  }

  public static Member decode(MemberRecord member) {
    return new Member(
        member.getMemberId(),
        member.getName(),
        member.getPeerUrlsList(),
        member.getClientUrlsList(),
        member.getIsLearner(),
        member.getIncarnation());
  }
}
