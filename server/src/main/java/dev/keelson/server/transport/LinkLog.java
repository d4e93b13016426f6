package dev.keelson.server.transport;

import dev.keelson.api.peer.Refusal;
import dev.keelson.server.time.Clock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once what changed between us and a peer; attempts that change nothing say nothing. */
final class LinkLog {
  private static final Logger LOG = LoggerFactory.getLogger(NettyPeerTransport.class);

  private final String self;
  private final String peer;
  private final Clock clock;
  private boolean everConnected;
  private long lostAtNanos;

  /** The trouble that was last spoken of; empty while there is none. */
  private String trouble = "";

  LinkLog(long self, long peer, Clock clock) {
    this.self = Handshake.hex(self);
    this.peer = Handshake.hex(peer);
    this.clock = clock;
  }

  void connected(String remote, String version) {
    if (everConnected) {
      long downMillis = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - lostAtNanos);
      LOG.info(
          "peer back member={} peer={} remote={} version={} down-ms={}",
          self,
          peer,
          remote,
          version,
          downMillis);
    } else {
      LOG.info(
          "peer connected member={} peer={} remote={} version={}", self, peer, remote, version);
    }
    everConnected = true;
    trouble = "";
  }

  void lost(Closing closing) {
    lostAtNanos = clock.nanoTime();
    trouble = "lost";
    LOG.warn(
        "peer lost member={} peer={} reason={} detail=\"{}\"",
        self,
        peer,
        closing.cause(),
        closing.detail());
  }

  /** Also while a lost peer stays away; then it was said already. */
  void notReached(String detail) {
    if (trouble.isEmpty()) {
      trouble = "not reached";
      LOG.info("peer not reached yet member={} peer={} detail=\"{}\"", self, peer, detail);
    }
  }

  void refused(Refusal refusal) {
    String reason = Handshake.nameOf(refusal.getReason());
    if (changes(reason)) {
      LOG.warn(
          "peer refuses us member={} peer={} reason={} detail=\"{}\"",
          self,
          peer,
          reason,
          refusal.getDetail());
    }
  }

  /** The peer did not come as far as a refusal. */
  void notUnderstood(String detail) {
    if (changes("not understood")) {
      LOG.warn("peer is not understood member={} peer={} detail=\"{}\"", self, peer, detail);
    }
  }

  private boolean changes(String reason) {
    boolean changed = !trouble.equals(reason);
    trouble = reason;
    return changed;
  }
}
