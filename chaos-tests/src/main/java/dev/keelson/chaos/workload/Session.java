package dev.keelson.chaos.workload;

import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A client: one call at a time, a new identity after an end that says nothing (3.4). Half of the
 * clients stay with one member, the rest go round. Used by one thread.
 */
public final class Session implements AutoCloseable {
  /** Longer than the server's own limit of 7 s: its answer is what we want. */
  private static final Duration PATIENCE = Duration.ofSeconds(9);

  private static final long BETWEEN_CALLS_NANOS = 3_000_000;
  private static final long AFTER_A_FAILURE_NANOS = 100_000_000;

  private final Recorder recorder;
  private final List<WireClient> clients = new ArrayList<>();
  private final Random random;
  private final boolean roams;
  private final String name;
  private int process;
  private int member;
  private long counter;

  public Session(Recorder recorder, List<String> endpoints, int number, long seed) {
    this.recorder = recorder;
    endpoints.forEach(endpoint -> clients.add(WireClient.connect(endpoint)));
    random = new Random(seed);
    roams = number % 2 == 1;
    name = "c" + number;
    member = Math.floorMod(number / 2, endpoints.size());
    process = recorder.newProcess();
  }

  public Random random() {
    return random;
  }

  public int number() {
    return Integer.parseInt(name.substring(1));
  }

  /** A word that nobody else says in this run. */
  public String unique() {
    return name + "-" + ++counter;
  }

  public Bytes value() {
    return KeyRange.utf8(unique());
  }

  public Outcome call(Request request) {
    if (roams) {
      member = random.nextInt(clients.size());
    }
    return callAt(member, request);
  }

  public Outcome callAt(int at, Request request) {
    Outcome outcome = recorder.call(clients.get(at), process, at, request, PATIENCE);
    // Members and clients share a machine: it is not to be busy with calls alone.
    LockSupport.parkNanos(
        outcome instanceof Outcome.Ok ? BETWEEN_CALLS_NANOS : AFTER_A_FAILURE_NANOS);
    if (outcome instanceof Outcome.Indefinite) {
      process = recorder.newProcess();
      clients.get(at).reconnect();
    }
    return outcome;
  }

  /** The answer to a read, if there was one. */
  public Optional<Response.Range> read(Request.Range range) {
    return call(range) instanceof Outcome.Ok(_, _, Response.Range read)
        ? Optional.of(read)
        : Optional.empty();
  }

  public int members() {
    return clients.size();
  }

  @Override
  public void close() {
    clients.forEach(WireClient::close);
  }
}
