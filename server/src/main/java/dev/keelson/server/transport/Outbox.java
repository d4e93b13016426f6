package dev.keelson.server.transport;

import dev.keelson.raft.Message;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one peer, in two lanes, each in order: what carries entries, and the rest. The
 * rest goes first, so that votes and heartbeats never wait behind megabytes of log (OV-shed); the
 * core takes messages in any order. Any thread offers, the event loop takes.
 */
final class Outbox {
  /** Messages without payload are small and few; this many bytes of them mean a stuck peer. */
  private static final long MAX_URGENT_BYTES = 1 << 20;

  private final Lane urgent = new Lane(MAX_URGENT_BYTES);
  private final Lane bulk;

  Outbox(long maxBulkBytes) {
    this.bulk = new Lane(maxBulkBytes);
  }

  /** False when full: the message is dropped, nobody waits. */
  boolean offer(Message message) {
    return laneOf(message).offer(message);
  }

  /** The next message to go; null if none may. What carries entries must wait for room. */
  @Nullable Message poll(boolean room) {
    var message = urgent.poll();
    return message == null && room ? bulk.poll() : message;
  }

  /** Empties both lanes; returns how many messages were dropped. */
  int clear() {
    int dropped = 0;
    while (poll(true) != null) {
      dropped++;
    }
    return dropped;
  }

  long bytes() {
    return urgent.bytes.get() + bulk.bytes.get();
  }

  private Lane laneOf(Message message) {
    return switch (message) {
      case Message.AppendRequest _, Message.ForwardProposals _, Message.ForwardChange _ -> bulk;
      case Message.AppendAccepted _,
          Message.AppendRejected _,
          Message.ForwardRejected _,
          Message.Heartbeat _,
          Message.HeartbeatResponse _,
          Message.ReadIndexRequest _,
          Message.ReadIndexResponse _,
          Message.SnapshotArrived _,
          Message.TimeoutNow _,
          Message.VoteRequest _,
          Message.VoteResponse _ ->
          urgent;
    };
  }

  private static final class Lane {
    private final Queue<Message> messages = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final long maxBytes;

    Lane(long maxBytes) {
      this.maxBytes = maxBytes;
    }

    boolean offer(Message message) {
      long size = MessageCodec.boundOf(message);
      long after = bytes.addAndGet(size);
      // A message that is too large by itself goes when nothing else waits.
      if (after > maxBytes && after != size) {
        bytes.addAndGet(-size);
        return false;
      }
      messages.add(message);
      return true;
    }

    @Nullable Message poll() {
      var message = messages.poll();
      if (message != null) {
        bytes.addAndGet(-MessageCodec.boundOf(message));
      }
      return message;
    }
  }
}
