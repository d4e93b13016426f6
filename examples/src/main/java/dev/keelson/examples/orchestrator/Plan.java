package dev.keelson.examples.orchestrator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What must change so that what runs becomes what is wanted. A function of what was read. */
public final class Plan {
  private Plan() {}

  /** One thing to do to the task of this name. */
  public sealed interface Step {
    String task();

    /** Has this agent run it, who was no other's or a dead agent's before. */
    record Assign(String task, String agent) implements Step {}

    /** It is wanted no more. */
    record Remove(String task) implements Step {}
  }

  /**
   * Tasks of dead agents move, to those with the least to do; no other task is touched.
   *
   * @param wanted replicas by the name of their application
   * @param agents those that live
   * @param tasks the agent of each task, living or dead
   */
  public static List<Step> of(
      Map<String, Integer> wanted, Set<String> agents, Map<String, String> tasks) {
    var steps = new ArrayList<Step>();
    Set<String> names = names(wanted);
    tasks.keySet().stream()
        .filter(task -> !names.contains(task))
        .sorted()
        .forEach(task -> steps.add(new Step.Remove(task)));
    Map<String, Integer> load = load(names, agents, tasks);
    for (String task : names) {
      if (!load.isEmpty() && !agents.contains(tasks.getOrDefault(task, ""))) {
        String idlest = idlest(load);
        steps.add(new Step.Assign(task, idlest));
        load.merge(idlest, 1, Integer::sum);
      }
    }
    return List.copyOf(steps);
  }

  private static Set<String> names(Map<String, Integer> wanted) {
    var names = new TreeSet<String>();
    wanted.forEach(
        (application, replicas) -> {
          for (int replica = 0; replica < replicas; replica++) {
            names.add(application + "/" + replica);
          }
        });
    return names;
  }

  private static Map<String, Integer> load(
      Set<String> names, Set<String> agents, Map<String, String> tasks) {
    var load = new TreeMap<String, Integer>();
    agents.forEach(agent -> load.put(agent, 0));
    tasks.forEach(
        (task, agent) -> {
          if (names.contains(task)) {
            load.computeIfPresent(agent, (_, count) -> count + 1);
          }
        });
    return load;
  }

  private static String idlest(Map<String, Integer> load) {
    return load.entrySet().stream()
        .min(
            Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElseThrow();
  }
}
