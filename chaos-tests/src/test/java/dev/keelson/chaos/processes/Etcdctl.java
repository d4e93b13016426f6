package dev.keelson.chaos.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Debian's etcdctl, as an operator types it. */
record Etcdctl(List<String> endpoints) {
  static final Path BINARY = Path.of("/usr/bin/etcdctl");

  private static final long AT_MOST_SECONDS = 30;

  /** What one call printed. */
  record Result(int exitCode, String out, String err) {}

  Etcdctl {
    endpoints = List.copyOf(endpoints);
  }

  static boolean isInstalled() {
    return Files.isExecutable(BINARY);
  }

  Result run(String... arguments) {
    return runWithInput("", arguments);
  }

  /** Starts a call that goes on for as long as it is let; its output goes to a file. */
  Process start(Path out, String... arguments) throws IOException {
    return builder(arguments).redirectErrorStream(true).redirectOutput(out.toFile()).start();
  }

  private ProcessBuilder builder(String... arguments) {
    var command = new ArrayList<>(List.of(BINARY.toString()));
    command.add("--endpoints=" + String.join(",", endpoints));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(key -> key.startsWith("ETCD"));
    builder.environment().put("ETCDCTL_API", "3");
    return builder;
  }

  Result runWithInput(String input, String... arguments) {
    var builder = builder(arguments);
    try {
      return run(builder, input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static Result run(ProcessBuilder builder, String input)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("etcdctl", ".out");
    Path err = Files.createTempFile("etcdctl", ".err");
    try {
      Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      if (!process.waitFor(AT_MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(builder.command() + " does not end");
      }
      return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
