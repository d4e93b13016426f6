package dev.keelson.conformance.process;

import dev.keelson.server.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The members of a cluster that is to be: names, ports, and data under one temporary directory.
 *
 * @param root holds all of the cluster's files
 */
public record ClusterLayout(Path root, List<MemberSpec> members) {

  public ClusterLayout {
    members = List.copyOf(members);
  }

  public static ClusterLayout of(int size, List<String> flags) {
    var ports = new FreePorts();
    Path root = temporaryDirectory();
    List<Integer> peerPorts = IntStream.range(0, size).mapToObj(i -> ports.next()).toList();
    String initial =
        IntStream.range(0, size)
            .mapToObj(i -> name(i) + "=http://127.0.0.1:" + peerPorts.get(i))
            .collect(Collectors.joining(","));
    String token = UUID.randomUUID().toString();
    return new ClusterLayout(
        root,
        IntStream.range(0, size)
            .mapToObj(
                i ->
                    new MemberSpec(
                        name(i),
                        root.resolve(name(i)),
                        ports.next(),
                        peerPorts.get(i),
                        initial,
                        token,
                        flags))
            .toList());
  }

  /** One more member, that joins the cluster once it has been announced to it. */
  public MemberSpec joining() {
    var ports = new FreePorts();
    MemberSpec first = members.getFirst();
    String name = name(members.size());
    int peerPort = ports.next();
    return new MemberSpec(
        name,
        root.resolve(name),
        ports.next(),
        peerPort,
        first.initialCluster() + "," + name + "=http://127.0.0.1:" + peerPort,
        first.token(),
        first.withFlags("--initial-cluster-state=existing").flags());
  }

  /** Removes every file of the cluster. */
  public void delete() {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(int index) {
    return "m" + (index + 1);
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("keelson-cluster");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
