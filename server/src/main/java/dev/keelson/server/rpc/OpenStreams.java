package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.RaftStatus;
import dev.keelson.server.time.Clock;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The streaming calls under way. Ends those that asked for a leader when there has been none for
 * long (W20), and all of them when the port closes. Thread-safe, but for {@link #look}.
 */
final class OpenStreams {
  /** Election timeouts without a leader that a stream lives through (W20). */
  private static final int PATIENCE_TIMEOUTS = 3;

  private final Set<StreamSink<?>> all = ConcurrentHashMap.newKeySet();
  private final Set<StreamSink<?>> needingLeader = ConcurrentHashMap.newKeySet();
  private final Supplier<RaftStatus> status;
  private final Clock clock;
  private final long patienceNanos;
  private long leaderSeenNanos;

  OpenStreams(Supplier<RaftStatus> status, Clock clock, long electionTimeoutMillis) {
    this.status = status;
    this.clock = clock;
    this.patienceNanos = PATIENCE_TIMEOUTS * electionTimeoutMillis * 1_000_000;
    this.leaderSeenNanos = clock.nanoTime();
  }

  void add(StreamSink<?> stream, boolean needsLeader) {
    all.add(stream);
    if (needsLeader) {
      needingLeader.add(stream);
    }
  }

  void remove(StreamSink<?> stream) {
    all.remove(stream);
    needingLeader.remove(stream);
  }

  int count() {
    return all.size();
  }

  /** Looks for a leader; to be called several times in an election timeout, by one thread. */
  void look() {
    long now = clock.nanoTime();
    if (status.get().hasLeader()) {
      leaderSeenNanos = now;
    } else if (now - leaderSeenNanos >= patienceNanos) {
      end(needingLeader, EtcdError.NO_LEADER);
    }
  }

  /** The member stops: tells every client, so that it goes to another one at once. */
  void endAll() {
    end(all, EtcdError.STOPPED);
  }

  private static void end(Set<StreamSink<?>> streams, EtcdError error) {
    streams.forEach(stream -> stream.execute(() -> stream.fail(error)));
  }
}
