package dev.keelson.client;

import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.mvccpb.Event;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One watch: what it needs next, which the loop owns, and what waits for the subscriber, whom the
 * executor tells.
 */
final class WatchSubscription implements Flow.Subscription {
  private static final Logger LOG = System.getLogger(WatchSubscription.class.getName());
  private static final int OVERHEAD_BYTES = 100;

  /** Where it stands with the server. Owned by the loop. */
  enum State {
    /** Is not at the server, and should be. */
    WAITING,
    /** The server was asked for it and has not answered. */
    CREATING,
    ACTIVE,
    /** Left the server because too much waits for the subscriber. */
    PARKED,
    ENDED
  }

  private final WatchStreams streams;
  private final WatchSpec spec;
  private final Namespace namespace;
  private final Flow.Subscriber<? super Changes> subscriber;

  // Owned by the loop.
  private State state = State.WAITING;
  private long id;
  private long next;
  private int refusals;
  private final List<Event> fragments = new ArrayList<>();

  // Between the loop, which adds, and the executor, which takes.
  private final Queue<Changes> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicLong demand = new AtomicLong();
  private final AtomicInteger drains = new AtomicInteger();
  private volatile boolean cancelled;
  private volatile boolean ended;
  private volatile boolean parked;
  private volatile @Nullable Throwable failure;

  WatchSubscription(
      WatchStreams streams,
      WatchSpec spec,
      Namespace namespace,
      Flow.Subscriber<? super Changes> subscriber) {
    this.streams = streams;
    this.spec = spec;
    this.namespace = namespace;
    this.subscriber = subscriber;
    this.next = spec.startRevision();
  }

  void begin() {
    streams.add(this);
  }

  // ---- what the loop does

  State state() {
    return state;
  }

  void state(State now) {
    state = now;
    parked = now == State.PARKED;
    if (now != State.ACTIVE) {
      fragments.clear();
    }
  }

  void active(long watchId) {
    state(State.ACTIVE);
    id = watchId;
  }

  long id() {
    return id;
  }

  /** Whether it is known where it begins. */
  boolean hasStart() {
    return next != 0;
  }

  void startAfter(long revision) {
    next = revision + 1;
  }

  /** How often it was refused for want of a good token. */
  int refusedAgain() {
    return ++refusals;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** A key that whoever may watch the range may read. */
  Call<?, ?, GetResult> whereNow(Requests requests) {
    var within = new Requests(namespace, requests.timeout());
    return within.get(Get.key(spec.range().key()).keysOnly());
  }

  WatchCreateRequest createRequest() {
    return spec.message(namespace, next);
  }

  /** Events of the server, which may repeat some and divides no revision but into fragments. */
  void events(List<Event> events, boolean moreOfThem) {
    refusals = 0;
    if (moreOfThem || !fragments.isEmpty()) {
      fragments.addAll(events);
      if (moreOfThem) {
        return;
      }
      queue(List.copyOf(fragments));
      fragments.clear();
    } else {
      queue(events);
    }
    drain();
  }

  private void queue(List<Event> events) {
    int from = 0;
    while (from < events.size()) {
      long revision = events.get(from).getKv().getModRevision();
      int to = from;
      var list = new ArrayList<Change>();
      while (to < events.size() && events.get(to).getKv().getModRevision() == revision) {
        list.add(Change.of(events.get(to++), namespace));
      }
      if (revision >= next) { // WA-unique: the rest was told before
        var changes = new Changes(revision, list);
        waitingBytes.addAndGet(weight(changes));
        waiting.add(changes);
        next = revision + 1;
      }
      from = to;
    }
  }

  /** W26: everything up to the revision was sent. */
  void progress(long revision) {
    next = Math.max(next, revision + 1);
  }

  boolean isFull() {
    return waitingBytes.get() > spec.bufferBytes();
  }

  boolean hasRoom() {
    return waitingBytes.get() <= spec.bufferBytes() / 2;
  }

  /** Nothing more comes; what waits is told first. */
  void end(@Nullable Throwable cause) {
    state(State.ENDED);
    failure = cause;
    ended = true;
    drain();
  }

  // ---- what the subscriber does

  @Override
  public void request(long count) {
    if (count <= 0) {
      streams
          .loop()
          .execute(() -> streams.fail(this, new IllegalArgumentException("request " + count)));
      return;
    }
    demand.accumulateAndGet(count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
    drain();
  }

  @Override
  public void cancel() {
    cancelled = true;
    streams.remove(this);
  }

  // ---- what the executor does, one at a time

  private void drain() {
    if (drains.getAndIncrement() == 0) {
      try {
        streams.executor().execute(this::tell);
      } catch (RejectedExecutionException e) {
        LOG.log(Level.WARNING, "a watch ends: the executor refuses work");
        cancel();
      }
    }
  }

  private void tell() {
    int seen = 1;
    do {
      while (!cancelled && demand.get() > 0 && !waiting.isEmpty()) {
        tellOne(waiting.remove());
      }
      if (!cancelled && ended && waiting.isEmpty()) {
        tellEnd();
        return; // with drains above 0: nothing is ever told again
      }
      if (cancelled) {
        waiting.clear();
      }
      seen = drains.addAndGet(-seen);
    } while (seen != 0);
  }

  private void tellOne(Changes changes) {
    if (demand.get() != Long.MAX_VALUE) {
      demand.decrementAndGet();
    }
    waitingBytes.addAndGet(-weight(changes));
    if (parked && hasRoom()) {
      streams.unpark(this);
    }
    try {
      subscriber.onNext(changes);
    } catch (RuntimeException | Error e) { // an error too must not end it in silence
      LOG.log(Level.WARNING, "a watch ends: its subscriber failed", e);
      cancel();
    }
  }

  private void tellEnd() {
    Throwable cause = failure;
    try {
      if (cause == null) {
        subscriber.onComplete();
      } else {
        subscriber.onError(cause);
      }
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a watch's subscriber failed on its end", e);
    }
  }

  private static long weight(Changes changes) {
    long bytes = 0;
    for (Change change : changes.changes()) {
      bytes += OVERHEAD_BYTES + change.key().size();
      bytes += change.current().map(kv -> kv.value().size()).orElse(0);
      bytes += change.previous().map(kv -> kv.value().size()).orElse(0);
    }
    return bytes;
  }
}
