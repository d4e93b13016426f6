package dev.keelson.cli.distribution;

import dev.keelson.cli.logging.LogSetup;
import dev.keelson.cli.up.Rehearsal;
import dev.keelson.server.KeelsonServer;
import dev.keelson.server.StartException;
import dev.keelson.server.config.ServerCommand;
import dev.keelson.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Does in one process what members and their console do, so that the JVM writes down which classes
 * that takes and which methods are hot: three members elect a leader, take writes and answer reads.
 */
public final class TrainingRun {
  private TrainingRun() {}

  /** Ends with 0 only after a whole run: the cache of half a run would be half a cache. */
  public static void main(String[] args) throws IOException, InterruptedException, StartException {
    Path scratch = Files.createTempDirectory("keelson-training");
    Deque<KeelsonServer> members = new ArrayDeque<>();
    try {
      var rehearsal = new Rehearsal(scratch);
      LogSetup.level(ServerConfig.LogLevel.INFO);
      for (List<String> flags : rehearsal.memberFlags()) {
        members.push(KeelsonServer.start(config(flags)));
      }
      rehearsal.perform();
    } finally {
      members.forEach(KeelsonServer::close);
      delete(scratch);
    }
    System.exit(0);
  }

  private static ServerConfig config(List<String> flags) {
    return switch (ServerCommand.read(flags, Map.of(), ServerCommand.disk())) {
      case ServerCommand.Run run -> run.config();
      case ServerCommand other -> throw new IllegalStateException(other.toString());
    };
  }

  private static void delete(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
