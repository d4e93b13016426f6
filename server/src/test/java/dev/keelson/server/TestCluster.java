package dev.keelson.server;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.MoveLeaderRequest;
import dev.keelson.server.config.ConfigException;
import dev.keelson.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Members in this process, on free ports of loopback, with real disks and sockets. */
final class TestCluster implements AutoCloseable {
  private final FreePorts ports = new FreePorts();
  private final Path directory;
  private final List<Integer> clientPorts = new ArrayList<>();
  private final List<Integer> peerPorts = new ArrayList<>();
  private final List<String> extraFlags;
  private final Map<Integer, String> joining = new HashMap<>();
  private final Map<Integer, KeelsonServer> running = new HashMap<>();
  private final Map<Integer, TestClient> clients = new HashMap<>();

  TestCluster(Path directory, int members, String... extraFlags) {
    this.directory = directory;
    this.extraFlags = flagsFor(members, List.of(extraFlags));
    for (int i = 0; i < members; i++) {
      clientPorts.add(ports.next());
      peerPorts.add(ports.next());
    }
  }

  /**
   * A member alone elects itself at its first tick, however long its election timeout is: a long
   * one lets it keep its office while a busy machine does not let it run.
   */
  private static List<String> flagsFor(int members, List<String> flags) {
    boolean told = flags.stream().anyMatch(flag -> flag.startsWith("--election-timeout="));
    if (members > 1 || told) {
      return flags;
    }
    return Stream.concat(Stream.of("--election-timeout=20000"), flags.stream()).toList();
  }

  TestCluster startAll() throws StartException {
    for (int member = 0; member < clientPorts.size(); member++) {
      start(member);
    }
    return this;
  }

  void start(int member) throws StartException {
    running.put(member, KeelsonServer.start(config(member)));
  }

  void start(int member, Machine machine) throws StartException {
    running.put(member, KeelsonServer.start(config(member), machine));
  }

  /** Another member, not started: its number. It will join those that are listed then. */
  int addPorts(int... listed) {
    clientPorts.add(ports.next());
    peerPorts.add(ports.next());
    int added = clientPorts.size() - 1;
    joinAgain(added, listed);
    return added;
  }

  /** From now on the member starts as one that joins a cluster of itself and these. */
  void joinAgain(int member, int... listed) {
    joining.put(
        member,
        IntStream.concat(IntStream.of(listed), IntStream.of(member))
            .mapToObj(other -> "m" + other + "=" + peerUrl(other))
            .collect(Collectors.joining(",")));
  }

  KeelsonServer server(int member) {
    return requireNonNull(running.get(member));
  }

  void wipe(int member) throws IOException {
    try (var files = Files.walk(dataDir(member))) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  void stop(int member) {
    var server = running.remove(member);
    if (server != null) {
      server.close();
    }
  }

  ServerConfig config(int member) {
    var flags = new ArrayList<String>();
    flags.addAll(List.of("--name", "m" + member));
    flags.addAll(List.of("--data-dir", dataDir(member).toString()));
    flags.addAll(List.of("--listen-client-urls", clientUrl(member)));
    flags.addAll(List.of("--advertise-client-urls", clientUrl(member)));
    flags.addAll(List.of("--listen-peer-urls", peerUrl(member)));
    flags.addAll(List.of("--initial-advertise-peer-urls", peerUrl(member)));
    var joined = joining.get(member);
    if (joined == null) {
      flags.addAll(List.of("--initial-cluster", initialCluster()));
    } else {
      flags.addAll(List.of("--initial-cluster", joined, "--initial-cluster-state", "existing"));
    }
    flags.addAll(extraFlags);
    try {
      return ServerConfig.of(flags.toArray(String[]::new));
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  Path dataDir(int member) {
    return directory.resolve("m" + member);
  }

  int clientPort(int member) {
    return clientPorts.get(member);
  }

  /** The number of a running member that leads, once one does. */
  int awaitLeader() {
    return await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(
            () -> running.keySet().stream().filter(m -> client(m).isLeader()).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** Lets another member lead; while none can, tries again. */
  void moveLeader() {
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(
            () -> {
              int leader = awaitLeader();
              int next = (leader + 1) % clientPorts.size();
              long target = client(next).status().getHeader().getMemberId();
              var _ =
                  MaintenanceGrpc.newBlockingStub(client(leader).channel())
                      .withDeadlineAfter(60, TimeUnit.SECONDS)
                      .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(target).build());
              return true;
            });
  }

  TestClient client(int member) {
    return clients.computeIfAbsent(member, key -> new TestClient(clientPort(key)));
  }

  private String clientUrl(int member) {
    return "http://127.0.0.1:" + clientPorts.get(member);
  }

  String peerUrl(int member) {
    return "http://127.0.0.1:" + peerPorts.get(member);
  }

  private String initialCluster() {
    return IntStream.range(0, peerPorts.size())
        .filter(member -> !joining.containsKey(member))
        .mapToObj(member -> "m" + member + "=" + peerUrl(member))
        .collect(Collectors.joining(","));
  }

  @Override
  public void close() {
    clients.values().forEach(TestClient::close);
    List.copyOf(running.keySet()).forEach(this::stop);
  }
}
