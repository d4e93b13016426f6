package dev.keelson.server.transport;

import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.Hello;
import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.api.peer.MembersAnswer;
import dev.keelson.api.peer.MembersRequest;
import dev.keelson.api.peer.Ping;
import dev.keelson.server.cluster.MemberTableCodec;
import dev.keelson.server.transport.Closing.Cause;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * A connection that somebody else dialled: first a stranger, then a peer whose messages we receive.
 * Belongs to the event loop.
 */
final class InboundPeer implements FrameHandler {
  private final LinkParts parts;
  private final Acceptor acceptor;
  private final SnapshotReceiver snapshots;
  private State state = new State.Stranger();
  private int ticks;

  private sealed interface State {
    record Stranger() implements State {}

    record Peer(long id, PeerCounters counters) implements State {}

    record Sender(long id, SnapshotReceiver.Reception reception) implements State {}
  }

  InboundPeer(LinkParts parts, Acceptor acceptor, SnapshotReceiver snapshots) {
    this.parts = parts;
    this.acceptor = acceptor;
    this.snapshots = snapshots;
  }

  /** Whether this is a connection of that peer. */
  boolean isFrom(long peer) {
    return switch (state) {
      case State.Stranger _ -> false;
      case State.Peer(var id, _) -> id == peer;
      case State.Sender(var id, _) -> id == peer;
    };
  }

  /** Whether a connection of the peer for this purpose takes the place of this one. */
  boolean isFrom(long peer, Hello.Purpose purpose) {
    boolean forSnapshots = state instanceof State.Sender;
    return isFrom(peer) && forSnapshots == (purpose == Hello.Purpose.SNAPSHOT);
  }

  @Override
  public void onOpen(FrameConnection connection) {
    acceptor.opened(this, connection);
  }

  void tick(FrameConnection connection) {
    ticks++;
    var timing = parts.config().timing();
    switch (state) {
      case State.Stranger _ -> {
        if (ticks > timing.handshakeTicks()) {
          connection.close(Cause.SILENT, "no hello");
        }
      }
      case State.Peer _ -> closeIfSilent(connection);
      case State.Sender(_, var reception) -> {
        reception.tick();
        closeIfSilent(connection);
      }
    }
  }

  private void closeIfSilent(FrameConnection connection) {
    if (connection.isSilent(parts.config().timing().silentTicks())) {
      connection.close(Cause.SILENT, "no pings");
    }
  }

  @Override
  public void onFrame(FrameConnection connection, FrameKind kind, ByteBuf body) throws IOException {
    switch (state) {
      case State.Stranger _ -> {
        if (kind == FrameKind.MEMBERS_REQUEST) {
          onMembersRequest(connection, Frames.parse(body, MembersRequest::parseFrom));
          return;
        }
        if (kind != FrameKind.HELLO) {
          throw new FrameException("the first frame is " + kind + ", not HELLO");
        }
        onHello(connection, Frames.parse(body, Hello::parseFrom));
      }
      case State.Peer(var peer, var counters) -> {
        if (kind == FrameKind.PING) {
          connection.send(FrameKind.PONG, Frames.parse(body, Ping::parseFrom));
        } else {
          counters.received(1, Frames.HEADER_BYTES + Frames.KIND_BYTES + body.readableBytes());
          onPeerFrame(peer, kind, body);
        }
      }
      case State.Sender(_, var reception) -> reception.onFrame(kind, body);
    }
  }

  private void onPeerFrame(long peer, FrameKind kind, ByteBuf body) throws FrameException {
    var listener = parts.listener();
    if (kind == FrameKind.LEASE_QUESTIONS) {
      listener.onLeaseQuestions(peer, Frames.parse(body, LeaseQuestions::parseFrom));
    } else if (kind == FrameKind.LEASE_ANSWERS) {
      listener.onLeaseAnswers(peer, Frames.parse(body, LeaseAnswers::parseFrom));
    } else {
      listener.onMessage(MessageCodec.read(kind, body, peer, parts.self().memberId()));
    }
  }

  /** Somebody wants to join, or to know whether it has been a member before. */
  private void onMembersRequest(FrameConnection connection, MembersRequest request)
      throws FrameException {
    if (request.getMagic() != Handshake.MAGIC) {
      throw new FrameException("the magic is " + Integer.toHexString(request.getMagic()));
    }
    var members = parts.members().get();
    connection.send(
        FrameKind.MEMBERS_ANSWER,
        MembersAnswer.newBuilder()
            .setMember(parts.self().memberId())
            .setTable(MemberTableCodec.encode(members))
            .setVersion(members.version())
            .build());
    connection.close(Cause.STRANGER, "answered");
  }

  private void onHello(FrameConnection connection, Hello hello) throws FrameException {
    var refusal = parts.handshake().judge(hello, parts.members().get());
    if (refusal.isPresent()) {
      connection.send(FrameKind.REFUSAL, refusal.get());
      acceptor.refused(connection, hello, refusal.get());
      connection.close(Cause.STRANGER, refusal.get().getDetail());
      return;
    }
    long peer = hello.getFromMember();
    acceptor.supersede(peer, hello.getPurpose());
    state =
        switch (hello.getPurpose()) {
          case RAFT -> new State.Peer(peer, acceptor.countersOf(peer));
          case SNAPSHOT -> new State.Sender(peer, snapshots.new Reception(connection, peer));
          case PURPOSE_UNSPECIFIED, UNRECOGNIZED ->
              throw new FrameException("a connection without a known purpose");
        };
    connection.allowFrames(parts.config().maxFrameBytes());
    connection.send(FrameKind.WELCOME, parts.handshake().welcome());
    acceptor.welcomed(hello);
  }

  @Override
  public void onWritable(FrameConnection connection) {}

  @Override
  public void onClosed(FrameConnection connection, Closing closing) {
    acceptor.closed(this, connection, closing);
  }
}
