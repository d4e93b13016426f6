package dev.keelson.chaos.harness;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A member to be, in etcd's flags.
 *
 * @param peerListen where it waits for peers
 * @param peerAdvertised where its peers are told to find it: a proxy of ours
 */
public record MemberPlan(
    String name,
    Path dataDirectory,
    int clientPort,
    int peerListen,
    int peerAdvertised,
    String initialCluster,
    List<String> flags) {
  public MemberPlan {
    flags = List.copyOf(flags);
  }

  public String endpoint() {
    return "127.0.0.1:" + clientPort;
  }

  String peerUrl() {
    return "http://127.0.0.1:" + peerAdvertised;
  }

  /** For one that enters a cluster that is there. */
  MemberPlan joining() {
    return new MemberPlan(
        name,
        dataDirectory,
        clientPort,
        peerListen,
        peerAdvertised,
        initialCluster,
        Stream.concat(flags.stream(), Stream.of("--initial-cluster-state=existing")).toList());
  }

  List<String> arguments() {
    return Stream.concat(
            Stream.of(
                "--name=" + name,
                "--data-dir=" + dataDirectory,
                "--listen-client-urls=http://" + endpoint(),
                "--advertise-client-urls=http://" + endpoint(),
                "--listen-peer-urls=http://127.0.0.1:" + peerListen,
                "--initial-advertise-peer-urls=" + peerUrl(),
                "--initial-cluster=" + initialCluster,
                "--initial-cluster-token=chaos"),
            flags.stream())
        .toList();
  }
}
