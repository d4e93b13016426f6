package dev.keelson.server.transport;

import dev.keelson.raft.Message;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it hears, in order. */
final class RecordingListener implements PeerListener {
  final List<Message> messages = new CopyOnWriteArrayList<>();
  final List<String> events = new CopyOnWriteArrayList<>();

  @Override
  public void onMessage(Message message) {
    messages.add(message);
  }

  @Override
  public void onConnected(long peer) {
    events.add("connected " + peer);
  }

  @Override
  public void onDisconnected(long peer) {
    events.add("disconnected " + peer);
  }

  @Override
  public void onOverflow(long peer) {
    events.add("overflow " + peer);
  }

  List<Message> from(long peer) {
    return messages.stream().filter(message -> message.from() == peer).toList();
  }
}
