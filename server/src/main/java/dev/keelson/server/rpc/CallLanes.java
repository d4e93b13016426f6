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

  CallLane of(EventLoop loop) {
    return byLoop.computeIfAbsent(loop, key -> new CallLane(key, views));
  }
}
