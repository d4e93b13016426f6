package dev.keelson.chaos.processes;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Clients that put without a pause for breath, each on a connection of its own. No key is ever
 * written twice, so that an attempt without an answer can do no harm to what is checked, and every
 * acknowledged put is kept with its revision. A client whose call fails goes to the next member.
 */
final class Writers implements AutoCloseable {
  /** A put that was acknowledged. */
  record Ack(String key, String value, long revision) {}

  /** A moment, and the first answer to a put that was called after it; 0 until there is one. */
  private record Mark(long nanos, AtomicLong firstAnswerNanos) {
    static Mark now() {
      return new Mark(System.nanoTime(), new AtomicLong());
    }
  }

  static final String PREFIX = "w/";

  /** A bound for hangs, no promise. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Far longer than the server's own limit: the server's answer is what we want to see. */
  private static final long CALL_SECONDS = 60;

  /** Leaves the members on two cores the time to elect and to start again. */
  private static final long BETWEEN_CALLS_NANOS = 3_000_000;

  private final ConcurrentLinkedQueue<Ack> acks = new ConcurrentLinkedQueue<>();
  private final AtomicLong attempts = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile Mark mark = Mark.now();
  private final List<Thread> threads;
  private final String padding;
  private volatile boolean stopped;

  private Writers(List<String> endpoints, int connections, String run, int paddingBytes) {
    padding = ".".repeat(paddingBytes);
    threads =
        IntStream.range(0, connections)
            .mapToObj(
                i ->
                    Thread.ofPlatform()
                        .name("writer-" + i)
                        .unstarted(() -> write(endpoints, run, i)))
            .toList();
  }

  /**
   * @param run makes the keys of these writers their own
   */
  static Writers start(List<String> endpoints, int connections, String run) {
    return start(endpoints, connections, run, 0);
  }

  /** The same, with values longer by so many bytes. */
  static Writers start(List<String> endpoints, int connections, String run, int paddingBytes) {
    var writers = new Writers(endpoints, connections, run, paddingBytes);
    writers.threads.forEach(Thread::start);
    return writers;
  }

  List<Ack> acks() {
    return new ArrayList<>(acks);
  }

  long attempts() {
    return attempts.get();
  }

  long failures() {
    return failures.get();
  }

  long acknowledged() {
    return acknowledged.get();
  }

  void awaitAcknowledged(long count) {
    await().atMost(PATIENCE).until(() -> acknowledged() > count);
  }

  /** Waits for so many more. */
  void awaitMore(long count) {
    awaitAcknowledged(acknowledged() + count);
  }

  /** Begins to wait for the first answer to a put that is called from now on. */
  void mark() {
    mark = Mark.now();
  }

  /** How long after the mark that answer came, if it came. */
  Optional<Duration> firstAnswerAfterMark() {
    Mark current = mark;
    long answered = current.firstAnswerNanos().get();
    return answered == 0
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(answered - current.nanos()));
  }

  /** Lets every call end and keeps what was acknowledged. */
  void stop() {
    stopped = true;
    for (Thread thread : threads) {
      try {
        if (!thread.join(Duration.ofSeconds(2 * CALL_SECONDS))) {
          throw new IllegalStateException(thread.getName() + " does not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  @Override
  public void close() {
    stop();
  }

  private void write(List<String> endpoints, String run, int writer) {
    List<ManagedChannel> channels =
        endpoints.stream()
            .map(endpoint -> NettyChannelBuilder.forTarget(endpoint).usePlaintext().build())
            .toList();
    int target = writer % channels.size();
    for (int number = 0; !stopped; number++) {
      String key = PREFIX + run + "/" + writer + "/" + number;
      if (!put(channels.get(target), key, "value of " + key + padding)) {
        target = (target + 1) % channels.size();
      }
      LockSupport.parkNanos(BETWEEN_CALLS_NANOS);
    }
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private boolean put(ManagedChannel channel, String key, String value) {
    attempts.incrementAndGet();
    long called = System.nanoTime();
    try {
      PutResponse response =
          KVGrpc.newBlockingStub(channel)
              .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
              .put(
                  PutRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8(key))
                      .setValue(ByteString.copyFromUtf8(value))
                      .build());
      acks.add(new Ack(key, value, response.getHeader().getRevision()));
      acknowledged.incrementAndGet();
      Mark current = mark;
      if (called - current.nanos() > 0) {
        current.firstAnswerNanos().compareAndSet(0, System.nanoTime());
      }
      return true;
    } catch (StatusRuntimeException e) {
      failures.incrementAndGet();
      return false;
    }
  }
}
