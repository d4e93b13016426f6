package dev.keelson.server.watch;

import dev.keelson.server.watch.Watcher.State;
import dev.keelson.storage.mvcc.AppliedChange;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** All watchers of a member, and what becomes of each change. Owned by the hub's thread. */
final class HubState {
  private static final String EMPTY_RANGE = "mvcc: watcher range is empty";
  private static final String DUPLICATE_ID = "mvcc: duplicate watch ID provided on the WatchStream";
  private static final String COMPACTED_START =
      "etcdserver: mvcc: required revision has been compacted";
  private static final String TOO_MANY = "etcdserver: too many requests";

  /** Revisions after which what they lead to goes out, though there are more. */
  private static final int REVISIONS_PER_FLUSH = 64;

  private final WatchHistory history;
  private final WatchLimits limits;
  private final AtomicLong waitingBytes;
  private final WatcherIndex index;
  private final CatchUp catchUp;
  private final ProgressClock progressClock;
  private final List<WatchStream> touched = new ArrayList<>();
  private final Set<WatchStream> starved = new HashSet<>();
  private final List<Watcher> matching = new ArrayList<>();
  private final List<AwaitedProgress> awaitedProgress = new ArrayList<>();
  private int watchers;
  private int watchersBehind;
  private long eventsTold;
  private long watcherBytes;

  /** Live watchers have been told of everything up to here. */
  private long processed;

  private long nowNanos;

  private record AwaitedProgress(WatchStream stream, long revision) {}

  HubState(
      WatchHistory history,
      WatchLimits limits,
      AtomicLong waitingBytes,
      RandomGenerator random,
      CatchUp.Start startScan) {
    this.history = history;
    this.limits = limits;
    this.waitingBytes = waitingBytes;
    this.index = new WatcherIndex(random);
    this.catchUp = new CatchUp(this, history, limits, startScan);
    this.progressClock = new ProgressClock(this);
  }

  int watchers() {
    return watchers;
  }

  WatchStats stats() {
    return new WatchStats(0, watchers, watchersBehind, starved.size(), 0, eventsTold);
  }

  int streamsBehind() {
    return starved.size();
  }

  CatchUp catchUp() {
    return catchUp;
  }

  /** How long there is nothing to do unless somebody asks. */
  long nanosUntilDue(long now) {
    return progressClock.nanosUntilDue(now);
  }

  long processed() {
    return processed;
  }

  /** There are watchers again: what was applied without them is behind. */
  void resume() {
    processed = Math.max(processed, history.revision());
  }

  /** Time passes between two turns only. */
  void setTime(long newNowNanos) {
    nowNanos = newNowNanos;
    progressClock.tick(newNowNanos);
  }

  // Requests

  void refuse(WatchStream stream, String reason) {
    tell(stream, new Delivery.Refused(reason, history.revision()));
  }

  void create(WatchStream stream, WatchSpec spec) {
    long revision = history.revision();
    var refusal = refusal(stream, spec);
    if (refusal.isPresent()) {
      tell(stream, new Delivery.Refused(refusal.get(), revision));
      return;
    }
    long id = spec.id() == 0 ? stream.chooseId() : spec.id();
    var watcher = new Watcher(stream, id, spec);
    stream.watchers.put(id, watcher);
    watchers++;
    watcherBytes += watcher.bytes();
    stream.highestStart = Math.max(stream.highestStart, spec.startRevision());
    tell(stream, new Delivery.Created(id, revision));
    watcher.next = spec.startRevision() == 0 ? revision + 1 : spec.startRevision();
    if (watcher.next > processed) {
      index.add(watcher);
    } else {
      watcher.state = State.LAGGING;
      fallBehind(watcher);
      catchUp.add(watcher);
    }
    if (watcher.options.progress()) {
      progressClock.add(stream, nowNanos);
    }
  }

  /** W6: the order of the checks. */
  private Optional<String> refusal(WatchStream stream, WatchSpec spec) {
    if (spec.startRevision() < 0) {
      return Optional.of(COMPACTED_START);
    }
    if (spec.range() instanceof KeyRange.HalfOpen(var from, var to) && from.compareTo(to) >= 0) {
      return Optional.of(EMPTY_RANGE);
    }
    if (spec.id() != 0 && stream.watchers.containsKey(spec.id())) {
      return Optional.of(DUPLICATE_ID);
    }
    if (watchers >= limits.maxWatchers()
        || watcherBytes + Watcher.bytes(spec.range()) > limits.maxWatcherBytes()) {
      return Optional.of(TOO_MANY);
    }
    return Optional.empty();
  }

  void cancel(WatchStream stream, long watchId) {
    var watcher = stream.watchers.remove(watchId);
    if (watcher != null) {
      forget(watcher);
      tell(stream, new Delivery.Canceled(watchId, history.revision()));
    }
  }

  void close(WatchStream stream) {
    stream.closed = true;
    stream.letGo();
    stream.watchers.values().forEach(this::forget);
    stream.watchers.clear();
    stream.blocked.clear();
    starved.remove(stream);
    awaitedProgress.removeIf(awaited -> awaited.stream() == stream);
    progressClock.remove(stream);
  }

  private void forget(Watcher watcher) {
    switch (watcher.state) {
      case LIVE -> index.remove(watcher);
      case LAGGING, SCANNING -> {
        watcher.stream.behind--;
        watchersBehind--;
      }
      case COMPACTED -> watcher.stream.behind--;
      case GONE -> {}
    }
    watcher.state = State.GONE;
    watchers--;
    watcherBytes -= watcher.bytes();
    if (watcher.options.progress()) {
      watcher.stream.progressWatchers--;
    }
  }

  /** W28. What a reader could see when this was asked must be told of before the answer. */
  void progress(WatchStream stream) {
    long revision = history.revision();
    if (revision <= processed) {
      answerProgress(stream);
    } else if (!stream.closed) {
      awaitedProgress.add(new AwaitedProgress(stream, revision));
    }
  }

  private void answerProgress(WatchStream stream) {
    if (!stream.watchers.isEmpty() && stream.behind == 0 && hasStarted(stream)) {
      tell(stream, new Delivery.Progress(Delivery.WHOLE_STREAM, processed));
    }
  }

  private boolean hasStarted(WatchStream stream) {
    if (stream.highestStart > processed) {
      stream.highestStart = 0;
      for (var watcher : stream.watchers.values()) {
        stream.highestStart = Math.max(stream.highestStart, watcher.startRevision);
      }
    }
    return stream.highestStart <= processed;
  }

  private void answerAwaitedProgress() {
    for (int i = 0; i < awaitedProgress.size(); ) {
      var awaited = awaitedProgress.get(i);
      if (awaited.revision() <= processed) {
        awaitedProgress.remove(i);
        answerProgress(awaited.stream());
      } else {
        i++;
      }
    }
  }

  // Changes

  /** Tells live watchers of the changes of whole revisions, in order (W11 to W13). */
  void apply(List<AppliedChange> changes) {
    try (var previous = new LazyHistory(history)) {
      int revisions = 0;
      for (int from = 0; from < changes.size(); ) {
        long main = changes.get(from).change().revision().main();
        int to = from + 1;
        while (to < changes.size() && changes.get(to).change().revision().main() == main) {
          to++;
        }
        if (main > processed) {
          skipTo(main - 1);
          deliver(changes.subList(from, to), main, previous);
          processed = main;
          if (++revisions % REVISIONS_PER_FLUSH == 0) {
            flush();
          }
        }
        from = to;
      }
    }
    answerAwaitedProgress();
  }

  /** What was applied up to here did not come this way: it is read from history. */
  void skipTo(long revision) {
    if (revision <= processed) {
      return;
    }
    var missing = new ArrayList<Watcher>();
    index.forEach(
        watcher -> {
          if (watcher.next <= revision) {
            missing.add(watcher);
          }
        });
    for (var watcher : missing) {
      index.remove(watcher);
      watcher.next = Math.max(watcher.next, processed + 1);
      watcher.state = State.LAGGING;
      fallBehind(watcher);
      catchUp.add(watcher);
    }
    processed = revision;
    answerAwaitedProgress();
  }

  private void deliver(List<AppliedChange> changes, long main, WatchEvent.PreviousValues previous) {
    for (var change : changes) {
      gather(change, main, previous);
    }
    for (var watcher : matching) {
      var events = watcher.gathered;
      watcher.gathered = List.of();
      if (!offer(watcher, Delivery.Events.of(watcher, main, events))) {
        index.remove(watcher);
        watcher.next = main; // it has seen all before, or wants none of it
        fallBehind(watcher);
        block(watcher);
      }
    }
    matching.clear();
  }

  private void gather(AppliedChange change, long main, WatchEvent.PreviousValues previous) {
    var event = new WatchEvent(change, previous);
    index.forEach(
        change.change().key(),
        watcher -> {
          if (watcher.next <= main && event.isWantedBy(watcher.options)) {
            if (watcher.gathered.isEmpty()) {
              matching.add(watcher);
            }
            watcher.gather(event);
          }
        });
  }

  // Watchers, live and behind

  /** Takes events for a watcher, if there is room for them. */
  boolean offer(Watcher watcher, Delivery.Events events) {
    long bytes = events.bytes();
    long waiting = waitingBytes.get();
    if (!watcher.stream.hasRoom(bytes, limits)
        || (waiting > 0 && waiting + bytes > limits.maxWaitingBytes())) {
      return false;
    }
    watcher.heard = true;
    eventsTold += events.events().size();
    tell(watcher.stream, events);
    return true;
  }

  /** A watcher that is behind, and waits until its stream has room. */
  void block(Watcher watcher) {
    watcher.state = State.LAGGING;
    watcher.stream.blocked.add(watcher);
    watcher.stream.setStarved(true);
    starved.add(watcher.stream);
  }

  private void fallBehind(Watcher watcher) {
    watcher.stream.behind++;
    watchersBehind++;
  }

  void goLive(Watcher watcher) {
    watcher.state = State.LIVE;
    watcher.stream.behind--;
    watchersBehind--;
    index.add(watcher);
  }

  /** W24, W25. */
  void compacted(Watcher watcher, long compactRevision) {
    watcher.state = State.COMPACTED;
    watchersBehind--; // nothing more is told to it
    tell(watcher.stream, new Delivery.Compacted(watcher.id, compactRevision));
  }

  /** Lets those go on whose streams have room by now; whether there were any. */
  boolean unblock() {
    boolean any = false;
    boolean crowded = waitingBytes.get() > limits.maxWaitingBytes() / 2;
    for (var streams = starved.iterator(); !crowded && streams.hasNext(); ) {
      var stream = streams.next();
      if (stream.isRelaxed(limits)) {
        streams.remove();
        stream.setStarved(false);
        stream.blocked.forEach(catchUp::add);
        stream.blocked.clear();
        any = true;
      }
    }
    return any;
  }

  // Deliveries

  boolean hasRoomForProgress(WatchStream stream) {
    return stream.isRelaxed(limits);
  }

  void tell(WatchStream stream, Delivery delivery) {
    if (!stream.closed) {
      stream.add(delivery);
      touch(stream);
    }
  }

  void handled(WatchStream stream) {
    stream.handled++;
    touch(stream);
  }

  private void touch(WatchStream stream) {
    if (!stream.touched) {
      stream.touched = true;
      touched.add(stream);
    }
  }

  /** Hands over what this turn has come to, one hand-over for each stream. */
  void flush() {
    for (var stream : touched) {
      var deliveries = stream.turn;
      int handled = stream.handled;
      stream.turn = new ArrayList<>();
      stream.handled = 0;
      stream.touched = false;
      stream.outlet.deliver(deliveries, handled);
    }
    touched.clear();
  }

  /** Reads previous values in one view, opened if it comes to that. */
  private static final class LazyHistory implements WatchEvent.PreviousValues, AutoCloseable {
    private final WatchHistory history;
    private Optional<WatchHistory.View> view = Optional.empty();

    LazyHistory(WatchHistory history) {
      this.history = history;
    }

    @Override
    public Optional<dev.keelson.storage.mvcc.KeyValue> before(Change change) {
      if (view.isEmpty()) {
        view = Optional.of(history.open());
      }
      return view.get().before(change);
    }

    @Override
    public void close() {
      view.ifPresent(WatchHistory.View::close);
    }
  }
}
