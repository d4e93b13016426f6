package dev.keelson.cli.up;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The part of a training run that this package plays: the console, and a client. */
public final class Rehearsal {
  private static final int MEMBERS = 3;
  private static final int ROUNDS = 300;
  private static final long SERVING_TIMEOUT_SECONDS = 300;
  private static final int ANSWER_TIMEOUT_MILLIS = 30_000;
  private static final int ATTEMPTS = 10;

  // So low that all ports lie below those the kernel takes for outgoing connections: one could take
  // the port of a member that is down.
  private static final int LOWEST_BASE = 1_100;
  private static final int HIGHEST_BASE = 2_760;

  private final ClusterDirectory directory;
  private final StatusProbe probe = new StatusProbe(ANSWER_TIMEOUT_MILLIS);

  public Rehearsal(Path scratch) throws IOException {
    try {
      var options =
          UpOptions.parse(
              List.of(
                  "--members=" + MEMBERS,
                  "--data-dir=" + scratch.resolve("cluster"),
                  "--port-base=" + freeBase()));
      directory = ClusterDirectory.inspect(options);
      Ports.requireFree(directory.plan());
      directory.lock();
      directory.prepare();
    } catch (UpException e) {
      throw new IOException(e);
    }
  }

  /** A base whose ports were free a moment ago. */
  public static int freeBase() throws IOException {
    var random = RandomGenerator.getDefault();
    for (int attempt = 0; attempt < 100; attempt++) {
      int base = random.nextInt(LOWEST_BASE, HIGHEST_BASE);
      if (Ports.busy(new ClusterPlan(MEMBERS, base, "")).isEmpty()) {
        return base;
      }
    }
    throw new IOException("no free ports");
  }

  /** The flags of each member, to be started by the caller. */
  public List<List<String>> memberFlags() {
    return directory.plan().members().stream()
        .map(member -> directory.plan().flags(member, directory.memberData(member)))
        .toList();
  }

  /** Waits until all serve, then writes and reads on each, and looks at all as the console does. */
  public void perform() throws IOException, InterruptedException {
    var plan = directory.plan();
    awaitServing(plan);
    for (int round = 0; round < ROUNDS; round++) {
      for (var member : plan.members()) {
        call(member.clientPort(), "Put", "key-" + round, "value");
        call(member.clientPort(), "Range", "key-" + round, "");
      }
    }
    var answers = new HashMap<String, Optional<MemberStatus>>();
    for (var member : plan.members()) {
      answers.put(member.name(), probe.status(member.clientPort()));
    }
    var console =
        new Console(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    new ClusterView(List.of("m1", "m2", "m3")).observe(answers).forEach(console::line);
    rehearseProcess();
    directory.close();
  }

  private void awaitServing(ClusterPlan plan) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SERVING_TIMEOUT_SECONDS);
    for (var member : plan.members()) {
      while (!probe.isHealthy(member.clientPort())) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException(member.name() + " does not serve");
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
      directory.markServed(member);
    }
  }

  private void call(int port, String method, String key, String value) throws IOException {
    var message = new ByteArrayOutputStream();
    field(message, 1, key);
    field(message, 2, value);
    // Value in a put, end of range in a get: empty means none.
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      // Refused while members elect a leader, which a busy machine may make them do.
      if (probe.call(port, "/etcdserverpb.KV/" + method, message.toByteArray()).isPresent()) {
        return;
      }
    }
    throw new IOException(method + " was not answered");
  }

  private static void field(ByteArrayOutputStream out, int number, String text) {
    if (!text.isEmpty()) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.write(number << 3 | 2);
      out.write(bytes.length);
      out.writeBytes(bytes);
    }
  }

  /** Starts and awaits a process as the supervisor does; this one only tells its version. */
  private void rehearseProcess() throws IOException, InterruptedException {
    var member = directory.plan().members().getFirst();
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var run =
        MemberProcess.start(List.of(java, "-version"), List.of(), directory.memberLog(member));
    run.process().waitFor();
    run.boundLog();
    run.lastLogLine();
  }
}
