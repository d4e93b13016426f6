package dev.keelson.server.transport;

import dev.keelson.api.peer.Hello;
import dev.keelson.api.peer.Refusal;
import dev.keelson.api.peer.Welcome;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
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

  Hello hello(long peer, Hello.Purpose purpose) {
    return Hello.newBuilder()
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
    if (hello.getFromMember() == self.memberId() || members.find(hello.getFromMember()).isEmpty()) {
      return refuse(
          Refusal.Reason.UNKNOWN_SENDER,
          hex(hello.getFromMember()) + " is no other member of cluster " + hex(self.clusterId()));
    }
    return Optional.empty();
  }

  /** Why we do not believe a welcome; empty if we do. The answerer has judged us by then. */
  Optional<Refusal> judge(Welcome welcome, long peer) {
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
    return Optional.empty();
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
