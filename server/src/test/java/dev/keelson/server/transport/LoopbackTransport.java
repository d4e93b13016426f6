package dev.keelson.server.transport;

import dev.keelson.raft.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A {@link PeerTransport} to members of the same process: what one sends, the others hear, in
 * order, on the network's own thread. Made by {@link LoopbackNetwork}, which can cut its links.
 */
public final class LoopbackTransport implements PeerTransport {
  private final long id;
  private final LoopbackNetwork network;
  private final ConcurrentLinkedQueue<Message> unflushed = new ConcurrentLinkedQueue<>();

  LoopbackTransport(long id, LoopbackNetwork network) {
    this.id = id;
    this.network = network;
  }

  /** From now on this member hears and is heard. */
  public void start(PeerListener listener) {
    network.join(id, listener);
  }

  @Override
  public void send(Message message) {
    unflushed.add(message);
  }

  @Override
  public void flush() {
    List<Message> leaving = new ArrayList<>();
    for (var message = unflushed.poll(); message != null; message = unflushed.poll()) {
      leaving.add(message);
    }
    network.carry(id, leaving);
  }

  @Override
  public void close() {
    network.leave(id);
  }
}
