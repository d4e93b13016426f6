package dev.keelson.conformance.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * One member that can be started, killed, paused and started again on its data. What it prints is
 * kept in one file over all its lives. Only the process started here is ever signalled. Not
 * thread-safe.
 */
public final class MemberProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 60;
  private static final long LOOK_AGAIN_NANOS = 10_000_000;

  private final Program program;
  private final Path log;
  private MemberSpec spec;
  private Optional<Process> process = Optional.empty();

  public MemberProcess(Program program, MemberSpec spec, Path log) {
    this.program = program;
    this.spec = spec;
    this.log = log;
  }

  public MemberSpec spec() {
    return spec;
  }

  public String endpoint() {
    return spec.endpoint();
  }

  /** From the next start on. */
  public void respecify(MemberSpec next) {
    spec = next;
  }

  /** Starts it and does not wait. */
  public void start() {
    if (isAlive()) {
      throw new IllegalStateException(spec.name() + " runs already");
    }
    var builder = new ProcessBuilder(program.command(spec));
    // A setting of the person who runs the tests is not a setting of the member.
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.startsWith("ETCD") || key.startsWith("KEELSON"));
    builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
    try {
      process = Optional.of(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isAlive() {
    return process.map(Process::isAlive).orElse(false);
  }

  /** SIGKILL, as kill -9 sends it; returns at once, so that several can be killed together. */
  public void signalKill() {
    process.ifPresent(Process::destroyForcibly);
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill() {
    process.ifPresent(
        p -> {
          p.destroyForcibly();
          awaitEnd(p);
        });
  }

  /** SIGTERM, and SIGKILL if that does not end it. */
  public void stop() {
    process.ifPresent(
        p -> {
          p.destroy();
          if (!endsWithin(p, STOP_SECONDS)) {
            p.destroyForcibly();
            awaitEnd(p);
            throw new IllegalStateException(
                spec.name() + " did not end in " + STOP_SECONDS + " s\n" + logTail());
          }
        });
  }

  /**
   * SIGSTOP: the process stands still and its connections stay open. Returns when all of its
   * threads do, which on a busy machine is some time after the signal.
   */
  public void pause() {
    signal("STOP");
    Path threads = Path.of("/proc", Long.toString(process.orElseThrow().pid()), "task");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    while (!allStopped(threads)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(spec.name() + " does not stand still");
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  private static boolean allStopped(Path threads) {
    try (Stream<Path> tasks = Files.list(threads)) {
      return tasks.allMatch(MemberProcess::isStopped);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By the state that follows the name, which is in parentheses and may contain anything. */
  private static boolean isStopped(Path task) {
    try {
      String stat = Files.readString(task.resolve("stat"), StandardCharsets.ISO_8859_1);
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException e) {
      return true; // it has ended
    }
  }

  public void resume() {
    signal("CONT");
  }

  /** Waits for the process to end by itself. */
  public Optional<Integer> exitCodeWithin(Duration limit) {
    Process p = process.orElseThrow();
    return endsWithin(p, limit.toSeconds()) ? Optional.of(p.exitValue()) : Optional.empty();
  }

  /** Returns when it answers a linearizable read. */
  public void awaitServing(Duration limit) {
    try {
      ServingCheck.await(endpoint(), limit, this::isAlive);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(spec.name() + ": " + e.getMessage() + "\n" + logTail(), e);
    }
  }

  /** Everything it printed in its lives so far. */
  public String logText() {
    try {
      return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String logTail() {
    List<String> lines = logText().lines().toList();
    return "--- the end of "
        + log.getFileName()
        + "\n"
        + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
  }

  @Override
  public void close() {
    process.filter(Process::isAlive).ifPresent(p -> signal("CONT"));
    kill();
  }

  private void signal(String name) {
    long pid = process.orElseThrow().pid();
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
      awaitEnd(kill);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitEnd(Process p) {
    if (!endsWithin(p, STOP_SECONDS)) {
      throw new IllegalStateException("process " + p.pid() + " does not end");
    }
  }

  private static boolean endsWithin(Process p, long seconds) {
    try {
      return p.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
