package dev.keelson.server.transport;

import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.Hello;
import dev.keelson.api.peer.Ping;
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
  private State state = new State.Stranger();
  private int ticks;

  private sealed interface State {
    record Stranger() implements State {}

    record Peer(long id, PeerCounters counters) implements State {}
  }

  InboundPeer(LinkParts parts, Acceptor acceptor) {
    this.parts = parts;
    this.acceptor = acceptor;
  }

  /** Whether this is the connection of that peer. */
  boolean isFrom(long peer) {
    return state instanceof State.Peer(var id, _) && id == peer;
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
      case State.Peer _ -> {
        if (connection.isSilent(timing.silentTicks())) {
          connection.close(Cause.SILENT, "no pings");
        }
      }
    }
  }

  @Override
  public void onFrame(FrameConnection connection, FrameKind kind, ByteBuf body) throws IOException {
    switch (state) {
      case State.Stranger _ -> {
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
          parts.listener().onMessage(MessageCodec.read(kind, body, peer, parts.self().memberId()));
        }
      }
    }
  }

  private void onHello(FrameConnection connection, Hello hello) throws FrameException {
    var refusal = parts.handshake().judge(hello, acceptor.members());
    if (refusal.isPresent()) {
      connection.send(FrameKind.REFUSAL, refusal.get());
      acceptor.refused(connection, hello, refusal.get());
      connection.close(Cause.STRANGER, refusal.get().getDetail());
      return;
    }
    if (hello.getPurpose() != Hello.Purpose.RAFT) {
      throw new FrameException("a connection for " + hello.getPurpose() + " is not known here");
    }
    long peer = hello.getFromMember();
    acceptor.supersede(peer);
    state = new State.Peer(peer, acceptor.countersOf(peer));
    connection.allowFrames(parts.config().maxFrameBytes());
    connection.send(FrameKind.WELCOME, parts.handshake().welcome());
    acceptor.welcomed(peer);
  }

  @Override
  public void onWritable(FrameConnection connection) {}

  @Override
  public void onClosed(FrameConnection connection, Closing closing) {
    acceptor.closed(this, connection, closing);
  }
}
