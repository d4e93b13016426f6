package dev.keelson.embedded;

import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.raft.Message;
import dev.keelson.server.transport.MemberTransport;
import dev.keelson.server.transport.PeerFilter;
import dev.keelson.server.transport.PeerListener;
import dev.keelson.server.transport.ShipmentListener;
import dev.keelson.server.transport.SnapshotSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The directed links between the members of this JVM. What is sent over one that is cut is lost; a
 * snapshot that is on its way already arrives. Thread-safe.
 */
final class Links implements PeerFilter {
  private final Set<Link> cuts = ConcurrentHashMap.newKeySet();
  private final Map<Long, PeerListener> members = new ConcurrentHashMap<>();
  private final AtomicLong lost = new AtomicLong();

  private record Link(long from, long to) {}

  /** What one sends no longer reaches the other. */
  void cut(long from, long to) {
    if (cuts.add(new Link(from, to))) {
      // As when a connection breaks: what is under way may be lost and must be sent again.
      listener(from).onDisconnected(to);
    }
  }

  void heal() {
    for (var link : List.copyOf(cuts)) {
      cuts.remove(link);
      listener(link.from).onConnected(link.to);
    }
  }

  /** How many messages the cuts have swallowed: a cut that swallows none proves nothing. */
  long lostMessages() {
    return lost.get();
  }

  private PeerListener listener(long member) {
    var listener = members.get(member);
    if (listener == null) {
      throw new IllegalArgumentException("no member " + Long.toHexString(member));
    }
    return listener;
  }

  private boolean isCut(long from, long to) {
    return !cuts.isEmpty() && cuts.contains(new Link(from, to));
  }

  private boolean isLost(long from, long to) {
    boolean cut = isCut(from, to);
    if (cut) {
      lost.incrementAndGet();
    }
    return cut;
  }

  @Override
  public PeerListener incoming(long self, PeerListener listener) {
    members.put(self, listener);
    return listener;
  }

  @Override
  public MemberTransport outgoing(long self, MemberTransport transport) {
    return new CuttableTransport(self, transport);
  }

  private final class CuttableTransport implements MemberTransport {
    private final long self;
    private final MemberTransport transport;

    CuttableTransport(long self, MemberTransport transport) {
      this.self = self;
      this.transport = transport;
    }

    @Override
    public void send(Message message) {
      if (!isLost(self, message.to())) {
        transport.send(message);
      }
    }

    @Override
    public void send(long peer, LeaseQuestions questions) {
      if (!isLost(self, peer)) {
        transport.send(peer, questions);
      }
    }

    @Override
    public void send(long peer, LeaseAnswers answers) {
      if (!isLost(self, peer)) {
        transport.send(peer, answers);
      }
    }

    @Override
    public void flush() {
      transport.flush();
    }

    @Override
    public void shipSnapshot(
        long peer, long term, SnapshotSource source, ShipmentListener listener) {
      if (isLost(self, peer)) {
        source.close();
        listener.failed("the link is cut");
      } else {
        transport.shipSnapshot(peer, term, source, listener);
      }
    }

    @Override
    public boolean isConnected(long peer, Duration atLeast) {
      return !isCut(self, peer) && !isCut(peer, self) && transport.isConnected(peer, atLeast);
    }

    @Override
    public void membersChanged() {
      transport.membersChanged();
    }

    @Override
    public void close() {
      transport.close();
    }
  }
}
