package dev.keelson.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Debian's etcdctl, as an operator types it. */
public record Etcdctl(List<String> endpoints) {
  private static final long AT_MOST_SECONDS = 180;

  /** Its own 2, 5 and 6 s are too short where the machine is busy with others. */
  private static final List<String> PATIENT =
      List.of("--dial-timeout=60s", "--command-timeout=60s", "--keepalive-timeout=60s");

  /** What one call printed. */
  public record Result(int exitCode, String out, String err) {}

  public Etcdctl {
    endpoints = List.copyOf(endpoints);
  }

  public Result run(String... arguments) {
    return runWithInput("", arguments);
  }

  /** Starts a call that goes on for as long as it is let; its output goes to a file. */
  public Process start(Path out, String... arguments) throws IOException {
    return builder(arguments).redirectErrorStream(true).redirectOutput(out.toFile()).start();
  }

  /** The whole command line, for another program that runs it. */
  public List<String> command(String... arguments) {
    var command = new ArrayList<>(List.of(External.ETCDCTL.toString()));
    command.add("--endpoints=" + String.join(",", endpoints));
    command.addAll(PATIENT);
    command.addAll(List.of(arguments));
    return command;
  }

  private ProcessBuilder builder(String... arguments) {
    var builder = new ProcessBuilder(command(arguments));
    builder.environment().keySet().removeIf(key -> key.startsWith("ETCD"));
    builder.environment().put("ETCDCTL_API", "3");
    return builder;
  }

  public Result runWithInput(String input, String... arguments) {
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
