package dev.keelson.server;

import dev.keelson.raft.Bytes;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.replica.MemberFailure;
import dev.keelson.server.rpc.KeyWatch;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.StoreView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Follows keys for locks and elections: a thread ("keelson-follow") that reads what was changed
 * whenever something was, and only while somebody follows.
 */
final class StoreKeyWatch implements KeyWatch, AutoCloseable {
  private final LiveStore store;
  private final MemberFailure failure;
  private final Semaphore bell = new Semaphore(0);
  private final AtomicInteger open = new AtomicInteger();
  private final Queue<Runnable> changes = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean running = true;

  // The thread's own.
  private final Map<Bytes, List<Following>> ofKeys = new HashMap<>();
  private final List<Following> ofRanges = new ArrayList<>();
  private final List<Following> fresh = new ArrayList<>();
  private long seen;

  private final class Following implements Registration {
    final KeyRange range;
    final Listener listener;
    long next;
    volatile boolean closed;

    Following(KeyRange range, long next, Listener listener) {
      this.range = range;
      this.next = next;
      this.listener = listener;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open.decrementAndGet();
        tell(() -> remove(this));
      }
    }
  }

  StoreKeyWatch(LiveStore store, MemberFailure failure) {
    this.store = store;
    this.failure = failure;
    this.thread = Thread.ofPlatform().name("keelson-follow").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Something was applied and is visible. Called on the apply thread. */
  void applied() {
    if (open.get() > 0) {
      bell.release();
    }
  }

  @Override
  public Registration follow(KeyRange range, long fromRevision, Listener listener) {
    var following = new Following(range, fromRevision, listener);
    open.incrementAndGet(); // before it looks for the first time: what comes after rings the bell
    tell(() -> fresh.add(following));
    return following;
  }

  private void tell(Runnable change) {
    changes.add(change);
    bell.release();
  }

  @Override
  public void close() {
    running = false;
    bell.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (running) {
        bell.acquire();
        bell.drainPermits();
        for (var change = changes.poll(); change != null; change = changes.poll()) {
          change.run();
        }
        if (running && open.get() > 0) {
          advance();
        }
      }
    } catch (Throwable cause) {
      failure.memberFailed("keelson-follow", cause);
    }
  }

  private void advance() {
    try (var held = store.hold();
        var view = held.store().openView()) {
      boolean followed = !ofKeys.isEmpty() || !ofRanges.isEmpty();
      if (followed && view.compactRevision() > seen + 1) {
        lose();
      } else if (followed && view.revision() > seen) {
        collect(view, seen + 1, this::known);
      }
      seen = view.revision();
      for (var following : fresh) {
        begin(following, view);
      }
      fresh.clear();
    }
  }

  private void begin(Following following, StoreView view) {
    if (following.next < view.compactRevision()) {
      following.listener.lost();
      return;
    }
    add(following);
    if (following.next <= view.revision()) {
      collect(view, following.next, change -> wanted(following, change));
    }
  }

  private interface Matches {
    List<Following> of(Change change);
  }

  /** Tells each of what it follows, in order, at once. */
  private void collect(StoreView view, long from, Matches matches) {
    var found = new HashMap<Following, List<Change>>();
    var order = new TreeMap<Integer, Following>();
    try (var log = view.changes(from, view.revision())) {
      for (var change = log.next(); change.isPresent(); change = log.next()) {
        for (var following : matches.of(change.get())) {
          found
              .computeIfAbsent(
                  following,
                  first -> {
                    order.put(order.size(), first);
                    return new ArrayList<>();
                  })
              .add(change.get());
        }
      }
    }
    for (var following : order.values()) {
      if (!following.closed) {
        following.listener.changed(List.copyOf(found.getOrDefault(following, List.of())));
      }
    }
  }

  private List<Following> known(Change change) {
    var matching = new ArrayList<>(ofKeys.getOrDefault(change.key(), List.of()));
    for (var following : ofRanges) {
      if (following.range.contains(change.key())) {
        matching.add(following);
      }
    }
    return matching;
  }

  private static List<Following> wanted(Following following, Change change) {
    return following.range.contains(change.key()) ? List.of(following) : List.of();
  }

  private void lose() {
    var lost = new ArrayList<>(ofRanges);
    ofKeys.values().forEach(lost::addAll);
    ofKeys.clear();
    ofRanges.clear();
    lost.forEach(following -> following.listener.lost());
  }

  private void add(Following following) {
    if (following.range instanceof KeyRange.Single(var key)) {
      ofKeys.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(following);
    } else {
      ofRanges.add(following);
    }
  }

  private void remove(Following following) {
    fresh.remove(following);
    if (following.range instanceof KeyRange.Single(var key)) {
      ofKeys.computeIfPresent(
          key,
          (_, all) -> {
            all.remove(following);
            return all.isEmpty() ? null : all;
          });
    } else {
      ofRanges.remove(following);
    }
  }
}
