package dev.keelson.server.replica;

import dev.keelson.raft.Message;
import dev.keelson.server.transport.PeerTransport;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Holds messages until the append they speak of is durable (DU-vote, DU-ack). The replica thread
 * adds, the log's thread releases, so that an acknowledgement leaves without a further hand-over.
 */
public final class DurabilityGate {
  private final PeerTransport transport;
  // The lock guards the queue and the sequence, for the time of a few sends.
  private final Object lock = new Object();
  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private long durableSequence;

  public DurabilityGate(PeerTransport transport) {
    this.transport = transport;
  }

  void send(Message message, long afterSequence) {
    synchronized (lock) {
      if (afterSequence <= durableSequence) {
        transport.send(message);
      } else {
        held.add(new Held(message, afterSequence));
      }
    }
  }

  /** Everything up to this sequence is durable. */
  void release(long sequence) {
    boolean sent = false;
    synchronized (lock) {
      durableSequence = sequence;
      for (var next = held.peek(); next != null && next.sequence <= sequence; next = held.peek()) {
        held.poll();
        if (!isSaidBy(held.peek(), next.message, sequence)) {
          transport.send(next.message);
        }
        sent = true;
      }
    }
    if (sent) {
      transport.flush();
    }
  }

  /** Whether the message behind it, released as well, says as much and more. */
  private static boolean isSaidBy(@Nullable Held later, Message message, long released) {
    return later != null
        && later.sequence <= released
        && message instanceof Message.AppendAccepted earlier
        && later.message instanceof Message.AppendAccepted more
        && more.to() == earlier.to()
        && more.term() == earlier.term()
        && more.matchIndex() >= earlier.matchIndex();
  }

  private record Held(Message message, long sequence) {}
}
