package dev.keelson.chaos.harness;

import dev.keelson.chaos.workload.Replacement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Members as processes of this machine, their peers' traffic through proxies of ours. */
public final class ProcessEnvironment implements Environment {
  // Below the range the kernel takes for outgoing connections, and away from other tests' ports.
  private static final int FIRST_PORT = 16_000;
  private static final int LAST_PORT = 20_000;

  private final List<MemberPlan> plans;
  private final Topology topology;
  // Asked by the proxies' threads whose a connection is.
  private final List<ProcessMember> members = new CopyOnWriteArrayList<>();
  private final PeerProxies proxies;

  private ProcessEnvironment(List<MemberPlan> plans, Topology topology, Path directory) {
    this.plans = plans;
    this.topology = topology;
    for (MemberPlan plan : plans) {
      members.add(
          new ProcessMember(topology.command(plan), directory.resolve(plan.name() + ".log")));
    }
    proxies =
        new PeerProxies(
            plans.size(), new SocketOwners(plans.size(), member -> members.get(member).pid()));
  }

  /**
   * Prepares a cluster; nothing is started yet.
   *
   * @param directory for data and logs; it must be there
   */
  public static ProcessEnvironment of(
      Topology topology, int size, Path directory, List<String> flags) throws IOException {
    Set<Integer> taken = new HashSet<>();
    List<Integer> advertised = IntStream.range(0, size).mapToObj(_ -> port(taken)).toList();
    String initial =
        IntStream.range(0, size)
            .mapToObj(i -> "m" + i + "=http://127.0.0.1:" + advertised.get(i))
            .collect(Collectors.joining(","));
    List<MemberPlan> plans =
        IntStream.range(0, size)
            .mapToObj(
                i ->
                    new MemberPlan(
                        "m" + i,
                        directory.resolve("m" + i),
                        port(taken),
                        port(taken),
                        advertised.get(i),
                        initial,
                        flags))
            .toList();
    var environment = new ProcessEnvironment(plans, topology, directory);
    // Whoever interrupts a run leaves no members behind.
    Runtime.getRuntime().addShutdownHook(new Thread(environment::close));
    for (int member = 0; member < size; member++) {
      MemberPlan plan = plans.get(member);
      var listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), plan.peerAdvertised()), 256);
      environment.proxies.serve(member, listener, plan.peerListen());
    }
    return environment;
  }

  private static int port(Set<Integer> taken) {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      if (isFree(port) && taken.add(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port");
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public List<String> endpoints() {
    return plans.stream().map(MemberPlan::endpoint).toList();
  }

  @Override
  public void start(int member) {
    members.get(member).start();
  }

  @Override
  public boolean isRunning(int member) {
    return members.get(member).isRunning();
  }

  @Override
  public void kill(int member) {
    members.get(member).kill();
  }

  @Override
  public void terminate(int member) {
    members.get(member).terminate();
  }

  @Override
  public void pause(int member) {
    members.get(member).signal("STOP");
  }

  @Override
  public boolean isPaused(int member) {
    return members.get(member).isStopped();
  }

  @Override
  public void resume(int member) {
    members.get(member).signal("CONT");
  }

  @Override
  public boolean canReplace() {
    return true;
  }

  @Override
  public void replace(int member) {
    kill(member);
    MemberPlan plan = plans.get(member);
    List<String> others = new ArrayList<>(endpoints());
    others.remove(member);
    new Replacement(others, plan.peerUrl()).run();
    try {
      wipe(plan.dataDirectory());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    members.set(
        member, new ProcessMember(topology.command(plan.joining()), members.get(member).log()));
  }

  private static void wipe(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Override
  public Links links() {
    return proxies;
  }

  @Override
  public Path log(int member) {
    return members.get(member).log();
  }

  @Override
  public void close() {
    for (ProcessMember member : members) {
      if (member.isRunning() && member.isStopped()) {
        member.signal("CONT");
      }
      member.kill();
    }
    proxies.close();
  }
}
