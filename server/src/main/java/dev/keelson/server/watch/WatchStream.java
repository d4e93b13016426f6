package dev.keelson.server.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The watchers of one client's stream. The public methods may be called on any thread; what they
 * ask for is done by the hub, in order, and told through the outlet.
 */
public final class WatchStream {
  /** Of bytes that wait: the hub has settled them, whoever takes them now. */
  private static final long GONE = Long.MIN_VALUE;

  private final WatchHub hub;
  private final AtomicInteger waitingDeliveries = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean starved;

  // What follows belongs to the hub's thread.
  final WatchOutlet outlet;
  final Map<Long, Watcher> watchers = new HashMap<>();

  /** Watchers that wait until this stream has room. */
  final List<Watcher> blocked = new ArrayList<>();

  /** Deliveries of this turn of the hub, and requests it has dealt with. */
  List<Delivery> turn = new ArrayList<>();

  int handled;
  boolean touched;
  boolean closed;
  int behind;
  long highestStart;
  private long nextId;

  /** Watchers that want a word now and then, and when it is due (W27). */
  int progressWatchers;

  final long progressPeriodNanos;
  long progressDueNanos;
  boolean progressScheduled;

  WatchStream(WatchHub hub, WatchOutlet outlet, long nowNanos, long progressPeriodNanos) {
    this.hub = hub;
    this.outlet = outlet;
    this.progressPeriodNanos = progressPeriodNanos;
    this.progressDueNanos = nowNanos + progressPeriodNanos;
  }

  public void create(WatchSpec spec) {
    hub.ask(this, state -> state.create(this, spec));
  }

  /** Answers a wish for a watcher that its client may not have (W6). */
  public void refuse(String reason) {
    hub.ask(this, state -> state.refuse(this, reason));
  }

  /** Ends one watcher; unknown ones are passed over (W17). */
  public void cancel(long watchId) {
    hub.ask(this, state -> state.cancel(this, watchId));
  }

  /** Asks how far all watchers of the stream are (W28). */
  public void requestProgress() {
    hub.ask(this, state -> state.progress(this));
  }

  /** A request of the client that asks for nothing. */
  public void pass() {
    hub.ask(this, _ -> {});
  }

  /** Ends all watchers; nothing more is delivered, but for what is under way. */
  public void close() {
    if (!ended.getAndSet(true)) {
      hub.close(this);
    }
  }

  /** The outlet has passed on so many deliveries of so many bytes. */
  public void taken(int deliveries, long bytes) {
    waitingDeliveries.addAndGet(-deliveries);
    if (waitingBytes.getAndUpdate(waiting -> waiting == GONE ? GONE : waiting - bytes) != GONE) {
      hub.taken(bytes, starved);
    }
  }

  void add(Delivery delivery) {
    long bytes = delivery.bytes();
    waitingDeliveries.incrementAndGet();
    waitingBytes.addAndGet(bytes);
    hub.waiting(bytes);
    turn.add(delivery);
  }

  /** Nobody takes what waits any more; what is just being taken is counted once. */
  void letGo() {
    long left = waitingBytes.getAndSet(GONE);
    if (left != GONE) {
      hub.waiting(-left);
    }
  }

  /** Whether a delivery of this size may be added to what waits already. */
  boolean hasRoom(long bytes, WatchLimits limits) {
    int deliveries = waitingDeliveries.get();
    if (deliveries == 0) {
      return true; // even the largest goes out, alone
    }
    return deliveries < Math.max(limits.maxStreamDeliveries(), 2 * watchers.size())
        && waitingBytes.get() + bytes <= limits.maxStreamBytes();
  }

  /** Half of what may wait: from here on those that wait for room are served again. */
  boolean isRelaxed(WatchLimits limits) {
    return waitingDeliveries.get() <= limits.maxStreamDeliveries() / 2
        && waitingBytes.get() <= limits.maxStreamBytes() / 2;
  }

  void setStarved(boolean isStarved) {
    starved = isStarved;
  }

  /** W2: from 0, past those in use, never one twice. */
  long chooseId() {
    while (watchers.containsKey(nextId)) {
      nextId++;
    }
    return nextId++;
  }
}
