package dev.keelson.server.transport;

import com.google.protobuf.MessageLite;
import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.Hello;
import dev.keelson.api.peer.Ping;
import dev.keelson.api.peer.Refusal;
import dev.keelson.api.peer.Welcome;
import dev.keelson.raft.Message;
import dev.keelson.server.transport.Closing.Cause;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our way to one peer: a connection we dial, over which we send and never receive messages. Belongs
 * to the event loop, but for {@link #offer} and {@link #stats}.
 */
final class PeerLink implements FrameHandler {
  private static final Logger LOG = LoggerFactory.getLogger(NettyPeerTransport.class);

  private final long peer;
  private final LinkParts parts;
  private final PeerCounters counters;
  private final Outbox outbox;
  private final AtomicBoolean overflowed = new AtomicBoolean();
  private final DialBackoff backoff;
  private final LinkLog log;
  private List<String> urls;
  private int attempts;
  private State state = new State.Closed();
  private int ticksInState;

  /** Since when the connection stands, if it does. */
  private volatile long readySinceNanos;

  /** Whether messages are taken: the state as other threads may see it. */
  private volatile boolean ready;

  private sealed interface State {
    record Resting(ScheduledFuture<?> retry, boolean refused) implements State {}

    record Dialling() implements State {}

    record Greeting(FrameConnection connection) implements State {}

    record Ready(FrameConnection connection) implements State {}

    record Closed() implements State {}
  }

  PeerLink(long peer, List<String> urls, LinkParts parts, PeerCounters counters) {
    this.peer = peer;
    this.urls = urls;
    this.parts = parts;
    this.counters = counters;
    this.outbox = new Outbox(parts.config().maxOutboxBytes());
    this.backoff = new DialBackoff(parts.config().timing(), parts.random());
    this.log = new LinkLog(parts.self().memberId(), peer, parts.clock());
  }

  long peer() {
    return peer;
  }

  // ---- Any thread -------------------------------------------------------------------------------

  /** Takes the message for the next {@link #drain}, or drops it. */
  void offer(Message message) {
    if (!ready) {
      counters.dropped(1);
    } else if (!outbox.offer(message)) {
      counters.dropped(1);
      overflowed.set(true);
    }
  }

  /** How long the connection has stood without a break; negative if there is none. */
  long readyNanos() {
    return ready ? parts.clock().nanoTime() - readySinceNanos : -1;
  }

  PeerStats stats() {
    return counters.snapshot(peer, ready, outbox.bytes());
  }

  // ---- The event loop ---------------------------------------------------------------------------

  void open() {
    dial();
  }

  void close() {
    var before = state;
    become(new State.Closed());
    switch (before) {
      case State.Resting(var retry, _) -> retry.cancel(false);
      case State.Greeting(var connection) -> connection.close(Cause.SHUT_DOWN, "");
      case State.Ready(var connection) -> connection.close(Cause.SHUT_DOWN, "");
      case State.Dialling _, State.Closed _ -> {}
    }
  }

  /** The member may have moved. */
  void moveTo(List<String> newUrls) {
    if (!urls.equals(newUrls)) {
      urls = newUrls;
      switch (state) {
        case State.Greeting(var connection) -> connection.close(Cause.MEMBER_CHANGED, "new URL");
        case State.Ready(var connection) -> connection.close(Cause.MEMBER_CHANGED, "new URL");
        case State.Resting _, State.Dialling _, State.Closed _ -> {}
      }
      hurry();
    }
  }

  /** The peer is likely to be up: no use in waiting. */
  void hurry() {
    if (state instanceof State.Resting(var retry, var refused) && !refused) {
      retry.cancel(false);
      dial();
    }
  }

  /** Writes all that was offered and has room. */
  void drain() {
    if (!(state instanceof State.Ready(var connection))) {
      return;
    }
    if (overflowed.getAndSet(false)) {
      parts.listener().onOverflow(peer);
    }
    var pack = new FramePack(connection);
    for (var message = outbox.poll(connection.isWritable());
        message != null;
        message = outbox.poll(connection.isWritable())) {
      long bound = MessageCodec.boundOf(message);
      if (bound > parts.config().maxFrameBytes()) {
        dropOversized(message, bound);
      } else {
        pack.add(message, bound + outbox.bytes());
      }
    }
    pack.push();
    if (pack.messages() > 0) {
      counters.sent(pack.messages(), pack.bytes());
      connection.flush();
    }
  }

  /** Sends a frame at once, or drops it: whoever sends it asks again. */
  void send(FrameKind kind, MessageLite body) {
    if (state instanceof State.Ready(var connection) && connection.isWritable()) {
      connection.send(kind, body);
      counters.sent(1, Frames.HEADER_BYTES + Frames.KIND_BYTES + (long) body.getSerializedSize());
    } else {
      counters.dropped(1);
    }
  }

  void tick() {
    ticksInState++;
    var timing = parts.config().timing();
    switch (state) {
      case State.Greeting(var connection) -> {
        if (ticksInState > timing.handshakeTicks()) {
          connection.close(Cause.SILENT, "no answer to our hello");
        }
      }
      case State.Ready(var connection) -> {
        backoff.succeeded(); // the connection has lived for a tick: no loop of quick failures
        if (connection.isSilent(timing.silentTicks())) {
          connection.close(Cause.SILENT, "no answer to our pings");
        } else {
          ping(connection);
        }
      }
      case State.Resting _, State.Dialling _, State.Closed _ -> {}
    }
  }

  private void dial() {
    become(new State.Dialling());
    parts.dialler().dial(urls, attempts++, this, this::onDialFailed);
  }

  private void onDialFailed(String reason) {
    if (state instanceof State.Dialling) {
      log.notReached(reason);
      rest(false);
    }
  }

  @Override
  public void onOpen(FrameConnection connection) {
    if (!(state instanceof State.Dialling)) {
      connection.close(Cause.SHUT_DOWN, "");
      return;
    }
    become(new State.Greeting(connection));
    if (connection.meetsItself()) {
      connection.close(Cause.IO_ERROR, "nobody listens there");
      return;
    }
    connection.send(FrameKind.HELLO, parts.hello(peer, Hello.Purpose.RAFT));
  }

  @Override
  public void onFrame(FrameConnection connection, FrameKind kind, ByteBuf body)
      throws FrameException {
    switch (state) {
      case State.Greeting _ when kind == FrameKind.WELCOME ->
          onWelcome(connection, Frames.parse(body, Welcome::parseFrom));
      case State.Greeting _ when kind == FrameKind.REFUSAL ->
          onRefusal(connection, Frames.parse(body, Refusal::parseFrom));
      case State.Ready _ when kind == FrameKind.PONG ->
          counters.roundTrip(
              parts.clock().nanoTime() - Frames.parse(body, Ping::parseFrom).getStamp());
      case State.Greeting _, State.Ready _, State.Resting _, State.Dialling _, State.Closed _ ->
          throw new FrameException("unexpected frame " + kind);
    }
  }

  private void onWelcome(FrameConnection connection, Welcome welcome) {
    var doubt = parts.handshake().judge(welcome, peer, parts.members().get());
    if (doubt.isPresent()) {
      log.refused(doubt.get());
      connection.close(Cause.REFUSED, doubt.get().getDetail());
      return;
    }
    outbox.clear(); // of what slipped in while the last connection broke
    become(new State.Ready(connection));
    readySinceNanos = parts.clock().nanoTime();
    ready = true;
    log.connected(connection.remote(), welcome.getServerVersion());
    ping(connection);
    parts.listener().onConnected(peer);
  }

  private void onRefusal(FrameConnection connection, Refusal refusal) {
    log.refused(refusal);
    connection.close(Cause.REFUSED, refusal.getDetail());
    switch (refusal.getReason()) {
      case REMOVED -> parts.listener().onExpelled(peer, false, refusal.getDetail());
      case REPLACED -> parts.listener().onExpelled(peer, true, refusal.getDetail());
      case PROTOCOL_VERSION,
          CLUSTER_ID,
          WRONG_ADDRESSEE,
          UNKNOWN_SENDER,
          REASON_UNSPECIFIED,
          UNRECOGNIZED -> {}
    }
  }

  @Override
  public void onWritable(FrameConnection connection) {
    drain();
  }

  @Override
  public void onClosed(FrameConnection connection, Closing closing) {
    boolean refused = closing.cause() == Cause.REFUSED;
    switch (state) {
      case State.Ready _ -> {
        ready = false;
        counters.disconnected();
        counters.dropped(outbox.clear());
        log.lost(closing);
        parts.listener().onDisconnected(peer);
        rest(refused);
      }
      case State.Greeting _ -> {
        if (closing.cause() == Cause.BAD_FRAME) {
          log.notUnderstood(closing.detail());
        } else if (!refused) {
          log.notReached(closing.cause() + ": " + closing.detail());
        }
        rest(refused);
      }
      case State.Closed _ -> ready = false;
      case State.Resting _, State.Dialling _ -> {}
    }
  }

  private void rest(boolean refused) {
    long millis = backoff.nextMillis(refused);
    var retry = parts.after(millis, this::dial);
    become(new State.Resting(retry, refused));
  }

  private void become(State next) {
    state = next;
    ticksInState = 0;
  }

  private void ping(FrameConnection connection) {
    connection.send(FrameKind.PING, Ping.newBuilder().setStamp(parts.clock().nanoTime()).build());
  }

  private void dropOversized(Message message, long bytes) {
    counters.dropped(1);
    parts
        .limiter()
        .admit("too large for " + Handshake.hex(peer))
        .ifPresent(
            suppressed ->
                LOG.error(
                    "message is too large for a peer member={} peer={} kind={} bytes={} max={}"
                        + " suppressed={}",
                    Handshake.hex(parts.self().memberId()),
                    Handshake.hex(peer),
                    message.getClass().getSimpleName(),
                    bytes,
                    parts.config().maxFrameBytes(),
                    suppressed));
  }
}
