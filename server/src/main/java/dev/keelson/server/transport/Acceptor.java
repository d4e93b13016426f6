package dev.keelson.server.transport;

import dev.keelson.api.peer.Hello;
import dev.keelson.api.peer.Refusal;
import dev.keelson.server.transport.Closing.Cause;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections that others have dialled, at most one a peer. Belongs to the event loop. */
final class Acceptor {
  private static final Logger LOG = LoggerFactory.getLogger(NettyPeerTransport.class);

  /** Far above any cluster; a flood of connections ends here. */
  private static final int MAX_CONNECTIONS = 256;

  private final LinkParts parts;
  private final LongFunction<PeerCounters> counters;
  private final LongConsumer heardFrom;
  private final Consumer<Newcomer> newcomers;
  private final Map<InboundPeer, FrameConnection> inbound = new LinkedHashMap<>();

  /**
   * Accepts for one transport.
   *
   * @param heardFrom told of every peer that has reached us
   * @param newcomers told of every peer that is not in our table yet
   */
  Acceptor(
      LinkParts parts,
      LongFunction<PeerCounters> counters,
      LongConsumer heardFrom,
      Consumer<Newcomer> newcomers) {
    this.parts = parts;
    this.counters = counters;
    this.heardFrom = heardFrom;
    this.newcomers = newcomers;
  }

  PeerCounters countersOf(long peer) {
    return counters.apply(peer);
  }

  void tick() {
    List.copyOf(inbound.entrySet()).forEach(entry -> entry.getKey().tick(entry.getValue()));
  }

  /** The member has left: what it still says is not heard. */
  void dismiss(long peer) {
    closeAll(one -> one.isFrom(peer), Cause.MEMBER_CHANGED, "no longer a member");
  }

  void close() {
    List.copyOf(inbound.values()).forEach(connection -> connection.close(Cause.SHUT_DOWN, ""));
  }

  void opened(InboundPeer handler, FrameConnection connection) {
    inbound.put(handler, connection);
    if (inbound.size() > MAX_CONNECTIONS) {
      connection.close(Cause.STRANGER, "more than " + MAX_CONNECTIONS + " connections");
    }
  }

  /** A peer that dials anew has given the old connection up, whether or not we have noticed. */
  void supersede(long peer, Hello.Purpose purpose) {
    closeAll(one -> one.isFrom(peer, purpose), Cause.SUPERSEDED, "the peer dialled anew");
  }

  void welcomed(Hello hello) {
    if (Handshake.isNewcomer(hello, parts.members().get())) {
      newcomers.accept(
          new Newcomer(hello.getFromMember(), hello.getPeerUrlsList(), hello.getMembersVersion()));
    }
    heardFrom.accept(hello.getFromMember());
  }

  void refused(FrameConnection connection, Hello hello, Refusal refusal) {
    String reason = Handshake.nameOf(refusal.getReason());
    parts
        .limiter()
        .admit("refused " + reason)
        .ifPresent(
            suppressed ->
                LOG.warn(
                    "peer refused member={} peer={} remote={} reason={} detail=\"{}\""
                        + " suppressed={}",
                    Handshake.hex(parts.self().memberId()),
                    Handshake.hex(hello.getFromMember()),
                    connection.remote(),
                    reason,
                    refusal.getDetail(),
                    suppressed));
  }

  void closed(InboundPeer handler, FrameConnection connection, Closing closing) {
    inbound.remove(handler);
    if (closing.cause() != Cause.BAD_FRAME) {
      return;
    }
    parts
        .limiter()
        .admit("bad frame")
        .ifPresent(
            suppressed ->
                LOG.warn(
                    "peer connection closed member={} remote={} reason={} detail=\"{}\""
                        + " suppressed={}",
                    Handshake.hex(parts.self().memberId()),
                    connection.remote(),
                    closing.cause(),
                    closing.detail(),
                    suppressed));
  }

  private void closeAll(Predicate<InboundPeer> which, Cause cause, String detail) {
    List.copyOf(inbound.entrySet()).stream()
        .filter(entry -> which.test(entry.getKey()))
        .forEach(entry -> entry.getValue().close(cause, detail));
  }
}
