package dev.keelson.chaos.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One process after the other on one member's data. Only what was started here is signalled. */
final class ProcessMember {
  private static final long ENDS_WITHIN_SECONDS = 60;

  private final List<String> command;
  private final Path log;
  private volatile Optional<Process> process = Optional.empty();

  ProcessMember(List<String> command, Path log) {
    this.command = List.copyOf(command);
    this.log = log;
  }

  Path log() {
    return log;
  }

  void start() {
    var builder = new ProcessBuilder(command);
    // A setting of the person who runs this is not a setting of the member.
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

  boolean isRunning() {
    return process.map(Process::isAlive).orElse(false);
  }

  /** -1 if it never ran. */
  long pid() {
    return process.map(Process::pid).orElse(-1L);
  }

  void kill() {
    process.ifPresent(
        p -> {
          p.destroyForcibly();
          awaitEnd(p);
        });
  }

  void terminate() {
    process.ifPresent(
        p -> {
          p.destroy();
          awaitEnd(p);
        });
  }

  void signal(String name) {
    try {
      awaitEnd(new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the kernel says it: stopped by a signal. */
  boolean isStopped() {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
      // The name in parentheses may hold anything; the state follows the last of them.
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException e) {
      return false;
    }
  }

  private static void awaitEnd(Process p) {
    try {
      if (!p.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("process " + p.pid() + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
