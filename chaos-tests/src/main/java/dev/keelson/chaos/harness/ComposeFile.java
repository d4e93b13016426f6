package dev.keelson.chaos.harness;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a run wants otherwise than {@code docker-compose.yml}: a network of its own, ports that
 * nobody else has, flags, and members that stay down when they are killed.
 */
record ComposeFile(String project, String network, int members, List<String> flags) {
  // The file's own network is 198.18.17, docker's 198.18.0.
  private static final int FIRST_NETWORK = 32;
  private static final int NETWORKS = 200;

  ComposeFile {
    flags = List.copyOf(flags);
  }

  /** Of one process: two at a time do not meet. */
  static ComposeFile of(long pid, int members, List<String> flags) {
    return new ComposeFile(
        "keelson-chaos-" + pid,
        "198.18." + (FIRST_NETWORK + Math.floorMod(pid, NETWORKS)),
        members,
        flags);
  }

  static String service(int member) {
    return "m" + (member + 1);
  }

  List<String> services() {
    return IntStream.range(0, members).mapToObj(ComposeFile::service).toList();
  }

  /** As {@code docker-compose.yml} gives it. */
  String address(int member) {
    return network + "." + (11 + member);
  }

  Map<String, String> environment() {
    var environment = new TreeMap<String, String>();
    environment.put("KEELSON_NET", network);
    // Empty, so that docker chooses.
    services().forEach(service -> environment.put("KEELSON_PORT_" + upper(service), ""));
    return environment;
  }

  private static String upper(String service) {
    return service.toUpperCase(Locale.ROOT);
  }

  /** To be laid over {@code docker-compose.yml}. */
  String override() {
    String command =
        Stream.concat(Stream.of("server"), flags.stream())
            .map(word -> '"' + word + '"')
            .collect(Collectors.joining(", ", "[", "]"));
    return services().stream()
        .map(
            service ->
                """
                  %s:
                    restart: "no"
                    command: %s
                """
                    .formatted(service, command))
        .collect(Collectors.joining("", "services:\n", ""));
  }
}
