package dev.keelson.chaos.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Docker by its command line, and what else of the machine harms a container. */
final class Docker {
  private static final long ENDS_WITHIN_SECONDS = 120;

  private final Path directory;
  private final Map<String, String> environment;

  /**
   * @param directory where relative paths begin
   * @param environment what compose files ask for; nothing else of this name's prefix is inherited
   */
  Docker(Path directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment = Map.copyOf(environment);
  }

  /** What a command of docker printed, without blanks around it. */
  String docker(String... arguments) {
    var command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /** The same of compose, whichever of its two programs there is. */
  String compose(List<String> arguments) {
    var command = new ArrayList<String>();
    if (succeeds(List.of("docker", "compose", "version"))) {
      command.addAll(List.of("docker", "compose"));
    } else {
      command.add("docker-compose");
    }
    command.addAll(arguments);
    return run(command);
  }

  /** The packet filter of a container's network, as its first process sees it. */
  String iptables(long pid, String... arguments) {
    var command = new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid), "-n"));
    command.addAll(List.of("iptables", "-w"));
    command.addAll(List.of(arguments));
    return run(command);
  }

  boolean succeeds(List<String> command) {
    try {
      run(command);
      return true;
    } catch (IllegalStateException | UncheckedIOException e) {
      return false;
    }
  }

  private String run(List<String> command) {
    try {
      // Into a file: nobody has to read while the command writes.
      Path output = Files.createTempFile("keelson-docker", ".out");
      try {
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(key -> key.startsWith("KEELSON_NET"));
        builder.environment().keySet().removeIf(key -> key.startsWith("KEELSON_PORT"));
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = builder.start();
        if (!process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException("does not end: " + command);
        }
        String printed = Files.readString(output, StandardCharsets.UTF_8).strip();
        if (process.exitValue() != 0) {
          throw new IllegalStateException(
              "%s ended with %d: %s".formatted(command, process.exitValue(), printed));
        }
        return printed;
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
