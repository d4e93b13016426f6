package dev.keelson.server.transport;

import dev.keelson.api.peer.Hello;
import dev.keelson.api.peer.Refusal;
import dev.keelson.api.peer.Welcome;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Who may talk to whom. Decides on values alone; the connections act on it. */
final class Handshake {
  /** "KEEL": the other side speaks our protocol at all. */
  static final int MAGIC = 0x4b45454c;

  /** Rises when an older member could not understand what we say. */
  static final int PROTOCOL_VERSION = 1;

  private final ServerIdentity self;
  private final String serverVersion;

  Handshake(ServerIdentity self, String serverVersion) {
    this.self = self;
    this.serverVersion = serverVersion;
  }

  Hello hello(long peer, Hello.Purpose purpose, MemberTable members) {
    return Hello.newBuilder()
        .addAllPeerUrls(members.find(self.memberId()).map(Member::peerUrls).orElse(List.of()))
        .setMembersVersion(members.version())
        .setIncarnation(self.incarnation())
        .setMagic(MAGIC)
        .setProtocolVersion(PROTOCOL_VERSION)
        .setClusterId(self.clusterId())
        .setFromMember(self.memberId())
        .setToMember(peer)
        .setServerVersion(serverVersion)
        .setPurpose(purpose)
        .build();
  }

  Welcome welcome() {
    return Welcome.newBuilder()
        .setProtocolVersion(PROTOCOL_VERSION)
        .setClusterId(self.clusterId())
        .setMember(self.memberId())
        .setServerVersion(serverVersion)
        .setIncarnation(self.incarnation())
        .build();
  }

  /** What we answer to a caller; empty if it is welcome. */
  Optional<Refusal> judge(Hello hello, MemberTable members) throws FrameException {
    if (hello.getMagic() != MAGIC) {
      throw new FrameException("the hello's magic is " + Integer.toHexString(hello.getMagic()));
    }
    if (hello.getProtocolVersion() != PROTOCOL_VERSION) {
      return refuse(
          Refusal.Reason.PROTOCOL_VERSION,
          "protocol version is " + PROTOCOL_VERSION + ", not " + hello.getProtocolVersion());
    }
    if (hello.getClusterId() != self.clusterId()) {
      return refuse(
          Refusal.Reason.CLUSTER_ID,
          "cluster id is " + hex(self.clusterId()) + ", not " + hex(hello.getClusterId()));
    }
    if (hello.getToMember() != self.memberId()) {
      return refuse(
          Refusal.Reason.WRONG_ADDRESSEE,
          "this is member " + hex(self.memberId()) + ", not " + hex(hello.getToMember()));
    }
    return judgeSender(hello, members);
  }

  private Optional<Refusal> judgeSender(Hello hello, MemberTable members) {
    long from = hello.getFromMember();
    if (members.isRemoved(from)) {
      return refuse(
          Refusal.Reason.REMOVED, hex(from) + " was removed from cluster " + hex(self.clusterId()));
    }
    if (from == self.memberId() || (members.find(from).isEmpty() && !isNewcomer(hello, members))) {
      return refuse(
          Refusal.Reason.UNKNOWN_SENDER,
          hex(from) + " is no other member of cluster " + hex(self.clusterId()));
    }
    return judgeDisk(from, hello.getIncarnation(), members);
  }

  /** It knows a change of the members that we have not heard of: that may be its own coming. */
  static boolean isNewcomer(Hello hello, MemberTable members) {
    return members.find(hello.getFromMember()).isEmpty()
        && hello.getMembersVersion() > members.version();
  }

  private static Optional<Refusal> judgeDisk(long peer, long incarnation, MemberTable members) {
    long known = members.find(peer).map(Member::incarnation).orElse(0L);
    return known == 0 || known == incarnation
        ? Optional.empty()
        : refuse(
            Refusal.Reason.REPLACED,
            "member " + hex(peer) + " has lost its data: remove it and add it again");
  }

  /** Why we do not believe a welcome; empty if we do. The answerer has judged us by then. */
  Optional<Refusal> judge(Welcome welcome, long peer, MemberTable members) {
    if (welcome.getProtocolVersion() != PROTOCOL_VERSION) {
      return refuse(
          Refusal.Reason.PROTOCOL_VERSION,
          "protocol version of the peer is " + welcome.getProtocolVersion());
    }
    if (welcome.getClusterId() != self.clusterId()) {
      return refuse(
          Refusal.Reason.CLUSTER_ID, "cluster id of the peer is " + hex(welcome.getClusterId()));
    }
    if (welcome.getMember() != peer) {
      return refuse(Refusal.Reason.WRONG_ADDRESSEE, "the peer is " + hex(welcome.getMember()));
    }
    return judgeDisk(peer, welcome.getIncarnation(), members);
  }

  /** A reason as it stands in logs. */
  static String nameOf(Refusal.Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String hex(long id) {
    return Long.toHexString(id);
  }

  private static Optional<Refusal> refuse(Refusal.Reason reason, String detail) {
    return Optional.of(Refusal.newBuilder().setReason(reason).setDetail(detail).build());
  }
}
