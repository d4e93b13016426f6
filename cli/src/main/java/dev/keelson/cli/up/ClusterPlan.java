package dev.keelson.cli.up;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which members a cluster on this machine has, and on which ports.
 *
 * @param token keeps this cluster apart from any other that ran on the same ports
 */
record ClusterPlan(int memberCount, int portBase, String token) {
  static final int DEFAULT_MEMBERS = 3;
  static final int DEFAULT_PORT_BASE = 2379;
  static final String HOST = "127.0.0.1";
  private static final int LAST_PORT = 65_535;
  private static final int PORT_STEP = 10_000;

  /** One member; its peers find it on the port after the clients'. */
  record PlannedMember(String name, int clientPort) {
    int peerPort() {
      return clientPort + 1;
    }

    String endpoint() {
      return HOST + ":" + clientPort;
    }

    String peerUrl() {
      return "http://" + HOST + ":" + peerPort();
    }
  }

  List<PlannedMember> members() {
    return IntStream.range(0, memberCount)
        .mapToObj(index -> new PlannedMember("m" + (index + 1), clientPort(portBase, index)))
        .toList();
  }

  /** 2379, 22379, 32379, ...: the ports of etcd's own example of a local cluster. */
  static int clientPort(int portBase, int index) {
    return index == 0 ? portBase : portBase + PORT_STEP * (index + 1);
  }

  void requireValidPorts() throws UpException {
    int highest = clientPort(portBase, memberCount - 1) + 1;
    if (highest > LAST_PORT) {
      throw new UpException(
          "--port-base=%d: %d members would need ports up to %d; choose at most %d"
              .formatted(portBase, memberCount, highest, portBase - (highest - LAST_PORT)));
    }
  }

  String endpoints() {
    return members().stream().map(PlannedMember::endpoint).collect(Collectors.joining(","));
  }

  /** The flags that make {@code member} one of this cluster. */
  List<String> flags(PlannedMember member, Path dataDir) {
    String clientUrl = "http://" + member.endpoint();
    String cluster =
        members().stream()
            .map(each -> each.name() + "=" + each.peerUrl())
            .collect(Collectors.joining(","));
    return List.of(
        "--name=" + member.name(),
        "--data-dir=" + dataDir,
        "--listen-client-urls=" + clientUrl,
        "--advertise-client-urls=" + clientUrl,
        "--listen-peer-urls=" + member.peerUrl(),
        "--initial-advertise-peer-urls=" + member.peerUrl(),
        "--initial-cluster=" + cluster,
        "--initial-cluster-token=" + token);
  }
}
