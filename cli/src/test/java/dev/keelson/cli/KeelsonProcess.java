package dev.keelson.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** {@code keelson} as a process of its own, from the classes of this build. */
final class KeelsonProcess implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private KeelsonProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofPlatform().daemon().start(this::read);
  }

  static KeelsonProcess start(Path directory, String... args) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("dev.keelson.cli.Main");
    command.addAll(List.of(args));
    return start(directory, Map.of(), command);
  }

  static KeelsonProcess start(Path directory, Map<String, String> environment, List<String> command)
      throws IOException {
    var builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("KEELSON_"));
    builder.environment().putAll(environment);
    return new KeelsonProcess(builder.redirectErrorStream(true).start());
  }

  private void read() {
    try (var in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("(" + e + ")");
    }
  }

  /** All that was said, complete once the process has ended. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  void awaitLine(String part) {
    Awaitility.await("'" + part + "' in " + lines)
        .atMost(PATIENCE)
        .until(() -> lines.stream().anyMatch(line -> line.contains(part)));
  }

  /** Waits for the end and returns the exit code. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still running; it said " + lines);
    }
    reader.join(PATIENCE.toMillis());
    return process.exitValue();
  }

  /** SIGTERM. By the handle: the process's own method would close what it still has to say. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** SIGKILL. */
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /** The processes it started and that still run. */
  List<ProcessHandle> children() {
    return process.children().toList();
  }

  @Override
  public void close() {
    var children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
