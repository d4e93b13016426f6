package dev.keelson.examples.orchestrator;

import static java.util.Objects.requireNonNull;

import dev.keelson.client.Get;
import dev.keelson.client.KeelsonClient;
import dev.keelson.examples.Stage;
import dev.keelson.examples.Story;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Three agents and two controllers keep running what is wanted, while an agent, the leading
 * controller and a member of the store die.
 */
public final class OrchestratorStory implements Story {
  private static final Duration TTL = Duration.ofSeconds(5);

  @Override
  public void play(Stage stage) throws Exception {
    Map<String, Agent> agents = new HashMap<>();
    Map<String, Controller> controllers = new HashMap<>();
    for (String name : List.of("agent-1", "agent-2", "agent-3")) {
      agents.put(name, new Agent(stage.client(), name, TTL));
    }
    for (String name : List.of("controller-1", "controller-2")) {
      controllers.put(name, new Controller(stage.client(), name, TTL));
    }
    try (var client = stage.client()) {
      play(stage, client, agents, controllers);
    } finally {
      for (var controller : controllers.values()) {
        controller.close();
      }
      for (var agent : agents.values()) {
        agent.close();
      }
    }
  }

  private static void play(
      Stage stage,
      KeelsonClient client,
      Map<String, Agent> agents,
      Map<String, Controller> controllers)
      throws Exception {
    stage.surely(() -> client.kv().put(Keys.APPS + "web", "4"));
    stage.surely(() -> client.kv().put(Keys.APPS + "batch", "2"));
    stage.await(
        "four web and two batch are wanted, and run", () -> runs(client, 4, 2, agents.keySet()));

    requireNonNull(agents.remove("agent-2")).crash();
    stage.say("agent-2 crashes");
    stage.await("its tasks run on the other two agents", () -> runs(client, 4, 2, agents.keySet()));

    String leader = awaitLeader(stage, controllers);
    requireNonNull(controllers.remove(leader)).crash();
    stage.say(leader + " leads, and crashes");
    stage.killLeader();
    stage.surely(() -> client.kv().put(Keys.APPS + "web", "6"));
    stage.await(
        "two more web are wanted, and run: the other controller sees to it",
        () -> runs(client, 6, 2, agents.keySet()));

    stage.surely(() -> client.kv().delete(Keys.APPS + "batch"));
    stage.surely(() -> client.kv().put(Keys.APPS + "web", "1"));
    stage.await("one web is all that is wanted", () -> runs(client, 1, 0, agents.keySet()));
  }

  private static String awaitLeader(Stage stage, Map<String, Controller> controllers)
      throws Exception {
    stage.await(
        "a controller leads", () -> controllers.values().stream().anyMatch(Controller::isLeading));
    return controllers.entrySet().stream()
        .filter(controller -> controller.getValue().isLeading())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseGet(() -> controllers.keySet().iterator().next());
  }

  /** Whether exactly this runs, by living agents to whom it was given. */
  private static boolean runs(KeelsonClient client, int web, int batch, Set<String> living) {
    Map<String, String> running = read(client, Keys.RUNNING);
    return running.equals(read(client, Keys.TASKS))
        && living.containsAll(running.values())
        && count(running, "web/") == web
        && count(running, "batch/") == batch
        && running.size() == web + batch;
  }

  private static long count(Map<String, String> tasks, String prefix) {
    return tasks.keySet().stream().filter(task -> task.startsWith(prefix)).count();
  }

  private static Map<String, String> read(KeelsonClient client, String prefix) {
    var found = new TreeMap<String, String>();
    try (var all = client.kv().stream(Get.prefix(prefix))) {
      all.forEach(kv -> found.put(kv.key().utf8().substring(prefix.length()), kv.text()));
    }
    return found;
  }
}
