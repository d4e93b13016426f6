package dev.keelson.server.replica;

import dev.keelson.raft.Entry;
import dev.keelson.raft.Message;
import dev.keelson.server.transport.PeerTransport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one round of the replica thread sends. Append requests to one member that continue each
 * other leave as one, so that the notice of a commit travels with the next entries and is answered
 * with them: to the follower it is as if it had received them one after the other. All other
 * messages keep their order. Owned by the replica thread.
 */
final class OutgoingMessages {
  private final PeerTransport transport;
  private final long maxAppendBytes;
  private final Map<Long, Message.AppendRequest> appends = new HashMap<>();

  /**
   * For one loop.
   *
   * @param maxAppendBytes payload of a joined append
   */
  OutgoingMessages(PeerTransport transport, long maxAppendBytes) {
    this.transport = transport;
    this.maxAppendBytes = maxAppendBytes;
  }

  /** Leaves with the next {@link #flush} at the latest. */
  void send(Message message) {
    if (message instanceof Message.AppendRequest append) {
      var held = appends.put(append.to(), append);
      if (held != null) {
        if (continues(held, append)) {
          appends.put(append.to(), join(held, append));
        } else {
          transport.send(held);
        }
      }
      return;
    }
    var held = appends.remove(message.to());
    if (held != null) {
      transport.send(held);
    }
    transport.send(message);
  }

  /** The round is over: everything leaves now. */
  void flush() {
    if (!appends.isEmpty()) {
      appends.values().forEach(transport::send);
      appends.clear();
    }
    transport.flush();
  }

  private boolean continues(Message.AppendRequest first, Message.AppendRequest next) {
    return first.term() == next.term()
        && first.previous().index() + first.entries().size() == next.previous().index()
        && lastTerm(first) == next.previous().term()
        && next.commit() >= first.commit()
        && bytes(first.entries()) + bytes(next.entries()) <= maxAppendBytes;
  }

  private static long lastTerm(Message.AppendRequest append) {
    return append.entries().isEmpty()
        ? append.previous().term()
        : append.entries().getLast().term();
  }

  private static long bytes(List<Entry> entries) {
    long bytes = 0;
    for (var entry : entries) {
      bytes += entry.payload().length();
    }
    return bytes;
  }

  private static Message.AppendRequest join(
      Message.AppendRequest first, Message.AppendRequest next) {
    return new Message.AppendRequest(
        first.from(),
        first.to(),
        first.term(),
        first.previous(),
        concatenation(first.entries(), next.entries()),
        next.commit());
  }

  private static List<Entry> concatenation(List<Entry> first, List<Entry> next) {
    if (first.isEmpty()) {
      return next;
    }
    if (next.isEmpty()) {
      return first;
    }
    var all = new ArrayList<Entry>(first.size() + next.size());
    all.addAll(first);
    all.addAll(next);
    return all;
  }
}
