package dev.keelson.clientbench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** What a service asks of its client, on a cluster that runs elsewhere. */
@State(Scope.Benchmark)
public class ClientBenchmarks {
  static final String KEELSON = "keelson";
  static final String JETCD = "jetcd";

  /** The property that names the cluster's endpoints, with commas between them. */
  static final String ENDPOINTS = "keelson.clientbench.endpoints";

  private static final int KEYS = 1_000;
  private static final int VALUE_BYTES = 256;
  private static final int CALLERS = 16;
  private static final int IN_FLIGHT = 64;
  private static final int WATCHERS = 100;
  private static final byte[] WATCHED_BY_ONE = "bench/watched/1".getBytes(UTF_8);
  private static final byte[] WATCHED_BY_MANY = "bench/watched/n".getBytes(UTF_8);

  /** Which client. */
  @Param({KEELSON, JETCD})
  public String client = "";

  private final List<byte[]> keys =
      IntStream.range(0, KEYS).mapToObj(i -> "bench/%08d".formatted(i).getBytes(UTF_8)).toList();
  private final byte[] value = new byte[VALUE_BYTES];

  /** One connection to the cluster for all callers. */
  @State(Scope.Benchmark)
  public static class Connected {
    private @Nullable Subject opened;

    Subject subject() {
      return Objects.requireNonNull(opened, "JMH opens it first");
    }

    @Setup(Level.Trial)
    public void open(ClientBenchmarks benchmarks) {
      new Random(1).nextBytes(benchmarks.value);
      String endpoints = Optional.ofNullable(System.getProperty(ENDPOINTS)).orElseThrow();
      Subject subject = Subject.open(benchmarks.client, List.of(endpoints.split(",")));
      opened = subject;
      benchmarks.keys.stream()
          .map(key -> subject.putLater(key, benchmarks.value))
          .toList()
          .forEach(CompletableFuture::join);
    }

    @TearDown(Level.Trial)
    public void close() {
      subject().close();
    }
  }

  /** One watcher of a key. */
  @State(Scope.Benchmark)
  public static class WatchedByOne {
    private final Told told = new Told();

    @Setup(Level.Trial)
    public void watch(Connected connected) throws InterruptedException {
      told.stand(connected.subject(), WATCHED_BY_ONE, 1);
    }
  }

  /** Many watchers of a key. */
  @State(Scope.Benchmark)
  public static class WatchedByMany {
    private final Told told = new Told();

    @Setup(Level.Trial)
    public void watch(Connected connected) throws InterruptedException {
      told.stand(connected.subject(), WATCHED_BY_MANY, WATCHERS);
    }
  }

  /** Threads that wait for the answer of each put. */
  @Benchmark
  @Threads(CALLERS)
  @BenchmarkMode(Mode.Throughput)
  public void put(Connected connected) {
    connected.subject().put(anyKey(), value);
  }

  /** Threads that wait for the answer of each linearizable read. */
  @Benchmark
  @Threads(CALLERS)
  @BenchmarkMode(Mode.Throughput)
  public Optional<byte[]> get(Connected connected) {
    return connected.subject().get(anyKey());
  }

  /** One thread with many puts in flight. */
  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OperationsPerInvocation(IN_FLIGHT)
  public void putLater(Connected connected) {
    CompletableFuture<?>[] puts =
        IntStream.range(0, IN_FLIGHT)
            .mapToObj(i -> connected.subject().putLater(anyKey(), value))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(puts).join();
  }

  /** From the call of a put to its event at the listener and its answer. */
  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public void watchRoundTrip(Connected connected, WatchedByOne watched)
      throws InterruptedException {
    var put = connected.subject().putLater(WATCHED_BY_ONE, value);
    watched.told.await(1);
    put.join();
  }

  /** A put told to many listeners of one client; an operation is an event. */
  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OperationsPerInvocation(WATCHERS)
  public void watchFanOut(Connected connected, WatchedByMany watched) throws InterruptedException {
    var put = connected.subject().putLater(WATCHED_BY_MANY, value);
    watched.told.await(WATCHERS);
    put.join();
  }

  private byte[] anyKey() {
    return keys.get(ThreadLocalRandom.current().nextInt(KEYS));
  }
}
