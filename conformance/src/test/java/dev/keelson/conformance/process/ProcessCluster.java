package dev.keelson.conformance.process;

import dev.keelson.api.etcdserverpb.StatusResponse;
import dev.keelson.conformance.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster of member processes on loopback, with data and logs in a directory of its own that
 * closing removes. Not thread-safe.
 */
public final class ProcessCluster implements AutoCloseable {
  public static final Duration STARTS_WITHIN = Duration.ofSeconds(60);

  private final Path root;
  private final List<MemberProcess> members;

  private ProcessCluster(Path root, List<MemberProcess> members) {
    this.root = root;
    this.members = List.copyOf(members);
  }

  /** Starts so many members with these flags, and returns when all of them serve. */
  public static ProcessCluster start(Program program, int size, List<String> flags) {
    ProcessCluster cluster = prepare(program, size, flags);
    try {
      cluster.startAll();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** The same, and nothing is started yet. */
  public static ProcessCluster prepare(Program program, int size, List<String> flags) {
    var ports = new FreePorts();
    Path root = temporaryDirectory();
    List<Integer> peerPorts = IntStream.range(0, size).mapToObj(i -> ports.next()).toList();
    String initial =
        IntStream.range(0, size)
            .mapToObj(i -> "m" + (i + 1) + "=http://127.0.0.1:" + peerPorts.get(i))
            .collect(Collectors.joining(","));
    String token = UUID.randomUUID().toString();
    var members = new ArrayList<MemberProcess>();
    for (int i = 0; i < size; i++) {
      String name = "m" + (i + 1);
      var spec =
          new MemberSpec(
              name, root.resolve(name), ports.next(), peerPorts.get(i), initial, token, flags);
      members.add(new MemberProcess(program, spec, root.resolve(name + ".log")));
    }
    return new ProcessCluster(root, members);
  }

  public void startAll() {
    members.stream().filter(m -> !m.isAlive()).forEach(MemberProcess::start);
    members.forEach(m -> m.awaitServing(STARTS_WITHIN));
  }

  public List<MemberProcess> members() {
    return members;
  }

  public MemberProcess member(int index) {
    return members.get(index);
  }

  public List<String> endpoints() {
    return members.stream().map(MemberProcess::endpoint).toList();
  }

  /** A directory for a test's own files, removed with the cluster. */
  public Path scratch() {
    return root;
  }

  /** The member that the living ones call leader, if they name one that lives. */
  public Optional<MemberProcess> leader() {
    for (MemberProcess member : members) {
      if (!member.isAlive()) {
        continue;
      }
      try (Store store = Store.connect(member.endpoint())) {
        Optional<StatusResponse> status = MemberProcess.statusOf(store);
        if (status.isPresent()
            && status.get().getLeader() != 0
            && status.get().getLeader() == status.get().getHeader().getMemberId()) {
          return Optional.of(member);
        }
      }
    }
    return Optional.empty();
  }

  /** What every member printed last, for a failure's message. */
  public String logs() {
    return members.stream().map(MemberProcess::logTail).collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    members.forEach(MemberProcess::close);
    MemberProcess.deleteTree(root);
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("keelson-cluster");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
