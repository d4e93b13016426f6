package dev.keelson.server.transport;

import dev.keelson.raft.Message;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * The links between {@link LoopbackTransport}s, each of which can be cut in either direction. Links
 * belong to the thread {@code loopback-network}; any thread may ask for a change.
 */
public final class LoopbackNetwork implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().daemon().name("loopback-network").unstarted(task));
  private final Map<Long, PeerListener> listeners = new TreeMap<>();
  private final Set<Link> cut = new HashSet<>();

  private record Link(long from, long to) {}

  /** A transport of that member; silent before its start. */
  public LoopbackTransport transport(long id) {
    return new LoopbackTransport(id, this);
  }

  /** Nothing passes from the one to the other. The sender is told that the connection broke. */
  public void cut(long from, long to) {
    run(
        () -> {
          if (cut.add(new Link(from, to)) && listeners.containsKey(to)) {
            tell(from, to, false);
          }
        });
  }

  /** Cuts all links of this member, both ways. */
  public void isolate(long id) {
    run(
        () ->
            List.copyOf(listeners.keySet()).stream()
                .filter(other -> other != id)
                .forEach(
                    other -> {
                      cut(id, other);
                      cut(other, id);
                    }));
  }

  /** All links carry again. */
  public void heal() {
    run(
        () -> {
          var healed = List.copyOf(cut);
          cut.clear();
          healed.stream()
              .filter(link -> listeners.containsKey(link.to()))
              .forEach(link -> tell(link.from(), link.to(), true));
        });
  }

  @Override
  public void close() {
    thread.shutdown();
  }

  void join(long id, PeerListener listener) {
    run(
        () -> {
          var others = Set.copyOf(listeners.keySet());
          listeners.put(id, listener);
          for (long other : others) {
            tellIfOpen(id, other, true);
            tellIfOpen(other, id, true);
          }
        });
  }

  void leave(long id) {
    run(
        () -> {
          listeners.remove(id);
          for (long other : Set.copyOf(listeners.keySet())) {
            tellIfOpen(other, id, false);
          }
        });
  }

  void carry(long from, List<Message> messages) {
    run(
        () -> {
          for (Message message : messages) {
            var listener = listeners.get(message.to());
            boolean open = !cut.contains(new Link(from, message.to()));
            if (listener != null && listeners.containsKey(from) && open) {
              listener.onMessage(message);
            }
          }
        });
  }

  private void tellIfOpen(long member, long peer, boolean connected) {
    if (!cut.contains(new Link(member, peer))) {
      tell(member, peer, connected);
    }
  }

  private void tell(long member, long peer, boolean connected) {
    var listener = listeners.get(member);
    if (listener != null && connected) {
      listener.onConnected(peer);
    } else if (listener != null) {
      listener.onDisconnected(peer);
    }
  }

  private void run(Runnable change) {
    try {
      thread.execute(change);
    } catch (RejectedExecutionException e) {
      // Closed: no link carries anything.
    }
  }
}
