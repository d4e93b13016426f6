package dev.keelson.embedded;

import dev.keelson.server.Machine;
import dev.keelson.server.config.ConfigException;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.storage.work.Workers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Says how an {@link EmbeddedCluster} is to be. Not thread-safe. */
public final class EmbeddedClusterBuilder {
  private static final Path IN_MEMORY = Path.of("/keelson");

  /** What the cluster decides by itself. */
  private static final Set<String> OWN_FLAGS =
      Set.of(
          "name",
          "data-dir",
          "wal-dir",
          "listen-client-urls",
          "advertise-client-urls",
          "listen-peer-urls",
          "initial-advertise-peer-urls",
          "initial-cluster",
          "initial-cluster-state");

  private int members = 1;
  private Optional<Path> directory = Optional.empty();
  private Duration patience = Duration.ofSeconds(60);
  private final Map<String, String> flags = new LinkedHashMap<>();

  EmbeddedClusterBuilder() {
    // Several members share a program that has other work: less than a machine of their own has.
    flag("block-cache-bytes", Integer.toString(16 << 20));
    flag("memtable-bytes", Integer.toString(16 << 20));
    flag("wal-segment-bytes", Integer.toString(16 << 20));
  }

  /** An odd number suits. */
  public EmbeddedClusterBuilder members(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a cluster of " + count + " members");
    }
    this.members = count;
    return this;
  }

  /**
   * Keeps the data in a directory, which outlives the cluster: started there again, with as many
   * members, it has the data and the ports of before.
   */
  public EmbeddedClusterBuilder onDisk(Path data) {
    this.directory = Optional.of(data);
    return this;
  }

  /**
   * Sets a flag of the server's for all members.
   *
   * @param name as on the command line, without dashes: {@code "auto-compaction-retention"}
   */
  public EmbeddedClusterBuilder flag(String name, String value) {
    if (OWN_FLAGS.contains(name)) {
      throw new IllegalArgumentException("the embedded cluster itself sets --" + name);
    }
    flags.put(name, value);
    return this;
  }

  /** How long whatever is waited for may take before it is given up; by default a minute. */
  public EmbeddedClusterBuilder patience(Duration limit) {
    this.patience = limit;
    return this;
  }

  /**
   * Starts the members and waits until they serve.
   *
   * @throws EmbeddedException if one cannot start; none runs then
   * @throws IllegalArgumentException if a flag is wrong
   */
  public EmbeddedCluster start() {
    var ports = Ports.of(members, directory);
    var links = new Links();
    var cluster = new EmbeddedCluster(membersOn(ports, links), ports, links, patience.toNanos());
    try {
      cluster.begin();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private List<EmbeddedMember> membersOn(Ports ports, Links links) {
    try {
      return makeMembers(ports, links);
    } catch (RuntimeException e) {
      ports.close();
      throw e;
    }
  }

  private List<EmbeddedMember> makeMembers(Ports ports, Links links) {
    long heapBytes = Runtime.getRuntime().maxMemory() / members;
    var made = new ArrayList<EmbeddedMember>();
    for (int member = 0; member < members; member++) {
      var config = config(member, ports);
      made.add(new EmbeddedMember(config, machine(config, heapBytes, links)));
    }
    return made;
  }

  /** Gives the same disk to every life of the member. */
  private Function<Workers, Machine> machine(ServerConfig config, long heapBytes, Links links) {
    if (directory.isPresent()) {
      return workers -> Machine.shared(config, heapBytes, workers, links);
    }
    var memory = MemoryMachine.of(heapBytes);
    return workers -> memory.with(workers, links);
  }

  private ServerConfig config(int member, Ports ports) {
    var all = new LinkedHashMap<>(flags);
    String client = ports.clients().get(member).url();
    String peer = ports.peers().get(member).url();
    all.put("name", name(member));
    all.put("data-dir", directory.orElse(IN_MEMORY).resolve(name(member)).toString());
    all.put("listen-client-urls", client);
    all.put("advertise-client-urls", client);
    all.put("listen-peer-urls", peer);
    all.put("initial-advertise-peer-urls", peer);
    all.put(
        "initial-cluster",
        IntStream.range(0, members)
            .mapToObj(each -> name(each) + "=" + ports.peers().get(each).url())
            .collect(Collectors.joining(",")));
    try {
      return ServerConfig.of(
          all.entrySet().stream()
              .map(flag -> "--" + flag.getKey() + "=" + flag.getValue())
              .toArray(String[]::new));
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static String name(int member) {
    return "m" + member;
  }
}
