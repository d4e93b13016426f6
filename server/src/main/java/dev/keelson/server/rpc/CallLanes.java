package dev.keelson.server.rpc;

import dev.keelson.storage.mvcc.ReadView;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** One lane for each event loop. Thread-safe. */
final class CallLanes {
  private final Map<EventLoop, CallLane> byLoop = new ConcurrentHashMap<>();
  private final Supplier<ReadView> views;

  CallLanes(Supplier<ReadView> views) {
    this.views = views;
  }

  /** What waits in all of them, roughly: it is asked while they go on. */
  int depth() {
    return byLoop.values().stream().mapToInt(CallLane::depth).sum();
  }

  CallLane of(EventLoop loop) {
    return byLoop.computeIfAbsent(loop, key -> new CallLane(key, views));
  }
}
