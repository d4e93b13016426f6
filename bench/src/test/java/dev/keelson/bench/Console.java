package dev.keelson.bench;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** Runs the command as a shell would, and keeps what it said. */
record Console(int exitCode, String out, String err) {

  static Console run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Console(exitCode, out.toString(), err.toString());
  }

  /**
   * A small load; later options are added to it. Not too short: a machine that stands still for a
   * while must leave it some time to get something done.
   */
  static Console load(String workload, FakeEtcd server, String... more) {
    var arguments = new ArrayList<>(List.of(workload));
    var given = List.of(more);
    addDefault(arguments, given, "--seconds", "3");
    addDefault(arguments, given, "--endpoints", server.endpoint());
    addDefault(arguments, given, "--warmup", "0");
    addDefault(arguments, given, "--conns", "2");
    addDefault(arguments, given, "--clients", "4");
    addDefault(arguments, given, "--keys", "20");
    arguments.addAll(given);
    return run(arguments.toArray(String[]::new));
  }

  private static void addDefault(
      List<String> arguments, List<String> given, String option, String value) {
    if (!given.contains(option)) {
      arguments.add(option);
      arguments.add(value);
    }
  }

  /** The last line of the output. */
  Map<String, Object> json() {
    var lines = out.lines().toList();
    return parse(lines.getLast());
  }

  static Map<String, Object> parse(String json) {
    return new Yaml().load(json);
  }

  /** An object inside the line; empty where there is none. */
  Map<String, Object> part(String field) {
    return part(json(), field);
  }

  @SuppressWarnings("unchecked") // the keys of a JSON object are strings
  static Map<String, Object> part(Map<String, Object> json, String field) {
    return (Map<String, Object>) json.getOrDefault(field, Map.of());
  }

  long number(String field) {
    return ((Number) json().getOrDefault(field, -1)).longValue();
  }
}
