package dev.keelson.server.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** The snapshots on their way: one a peer, two at a time (MEM-bound). Belongs to the event loop. */
final class Shipments {
  private static final int MAX_ACTIVE = 2;

  private final LinkParts parts;
  private final Executor readThread;
  private final List<Shipment> active = new ArrayList<>();
  private final List<Shipment> waiting = new ArrayList<>();

  Shipments(LinkParts parts, Executor readThread) {
    this.parts = parts;
    this.readThread = readThread;
  }

  /** Starts it, or lets it wait for its turn; at most one can wait or run for a peer. */
  void ship(Shipment.Order order) {
    if (all().stream().anyMatch(other -> other.peer() == order.peer())) {
      readThread.execute(order.source()::close);
      order.listener().failed("another snapshot is on its way to this peer");
      return;
    }
    waiting.add(new Shipment(order, parts, readThread, this::startNext));
    startNext();
  }

  void cancel(long peer, String reason) {
    all().stream().filter(one -> one.peer() == peer).forEach(one -> end(one, reason));
  }

  void tick() {
    List.copyOf(active).forEach(Shipment::tick);
  }

  void close() {
    // Those that wait first: they are not to begin because others end.
    List.copyOf(waiting).forEach(one -> end(one, "this member stops"));
    List.copyOf(active).forEach(one -> end(one, "this member stops"));
  }

  private void end(Shipment shipment, String reason) {
    waiting.remove(shipment);
    shipment.fail(reason);
  }

  private void startNext() {
    active.removeIf(Shipment::isOver);
    while (active.size() < MAX_ACTIVE && !waiting.isEmpty()) {
      var next = waiting.removeFirst();
      active.add(next);
      next.start();
    }
  }

  private List<Shipment> all() {
    var all = new ArrayList<>(active);
    all.addAll(waiting);
    return all;
  }
}
