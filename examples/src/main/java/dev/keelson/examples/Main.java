package dev.keelson.examples;

import static java.util.Objects.requireNonNull;

import dev.keelson.embedded.EmbeddedCluster;
import dev.keelson.examples.orchestrator.OrchestratorStory;
import dev.keelson.examples.registry.RegistryStory;
import dev.keelson.examples.settings.SettingsStory;
import dev.keelson.examples.worker.WorkerStory;
import java.util.Map;
import java.util.TreeMap;

/** Plays an example on a cluster of three members in this JVM. */
public final class Main {
  private static final int USAGE = 2;

  private Main() {}

  static Map<String, Story> stories() {
    return new TreeMap<>(
        Map.of(
            "registry", new RegistryStory(),
            "worker", new WorkerStory(),
            "settings", new SettingsStory(),
            "orchestrator", new OrchestratorStory()));
  }

  /** The example's name is the one argument. */
  public static void main(String[] arguments) throws Exception {
    Map<String, Story> stories = stories();
    if (arguments.length != 1 || !stories.containsKey(arguments[0])) {
      System.err.println("usage: ./keelson example " + String.join("|", stories.keySet()));
      System.exit(USAGE);
    }
    try (var cluster = EmbeddedCluster.start(3)) {
      var stage = new Stage(cluster, System.out::println);
      stage.say("three members serve at " + String.join(", ", cluster.endpoints()));
      requireNonNull(stories.get(arguments[0])).play(stage);
      stage.say("done");
    }
  }
}
