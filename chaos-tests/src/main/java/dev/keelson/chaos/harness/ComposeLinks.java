package dev.keelson.chaos.harness;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import java.util.regex.Pattern;

/**
 * The network of a cluster of containers. A cut is a rule of the packet filter of the member that
 * no longer hears: packets go, whatever they carry, so that a connection cut one way soon carries
 * nothing the other way either. A member that starts has a new network without rules, which is told
 * anew what is cut. Used by one thread.
 */
final class ComposeLinks implements Links {
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** A cut, one way. */
  private record Cut(int from, int to) {}

  private final Docker docker;
  private final ComposeFile file;
  private final IntFunction<String> container;
  // 0 for a member that does not run.
  private final IntToLongFunction pidOf;
  private final Set<Cut> cuts = new HashSet<>();
  private final Set<Integer> disconnected = new HashSet<>();
  // Of rules that are gone.
  private long swallowedBefore;

  ComposeLinks(
      Docker docker, ComposeFile file, IntFunction<String> container, IntToLongFunction pidOf) {
    this.docker = docker;
    this.file = file;
    this.container = container;
    this.pidOf = pidOf;
  }

  @Override
  public void cut(int from, int to) {
    if (cuts.add(new Cut(from, to))) {
      drop(from, to);
    }
  }

  private void drop(int from, int to) {
    long pid = pidOf.applyAsLong(to);
    if (pid != 0) {
      docker.iptables(pid, "-A", "INPUT", "-s", file.address(from), "-j", "DROP");
    }
  }

  /** Cuts the links of a member again that has started. */
  void started(int member) {
    for (Cut cut : cuts) {
      if (cut.to() == member) {
        drop(cut.from(), member);
      }
    }
  }

  /** Keeps what a member's rules have counted, before they end with it. */
  void ends(int member) {
    swallowedBefore += counted(member);
  }

  /** Packets cannot be held back without the kernel's netem, which not every kernel has. */
  @Override
  public boolean canDelay() {
    return false;
  }

  @Override
  public void delay(int from, int to, Duration by) {
    throw new UnsupportedOperationException("links of containers are not slowed");
  }

  @Override
  public void throttle(int from, int to, int bytesPerSecond) {
    throw new UnsupportedOperationException("links of containers are not narrowed");
  }

  /** Takes it off the network with its clients. */
  @Override
  public void disconnect(int member) {
    if (disconnected.add(member)) {
      docker.docker("network", "disconnect", network(), container.apply(member));
    }
  }

  @Override
  public boolean isDisconnected(int member) {
    return docker
        .docker("inspect", "-f", "{{json .NetworkSettings.Networks}}", container.apply(member))
        .equals("{}");
  }

  @Override
  public void heal() {
    for (int member = 0; member < file.members(); member++) {
      long pid = pidOf.applyAsLong(member);
      if (pid != 0) {
        swallowedBefore += counted(member);
        docker.iptables(pid, "-F", "INPUT");
      }
    }
    cuts.clear();
    for (int member : disconnected) {
      docker.docker(
          "network",
          "connect",
          "--ip",
          file.address(member),
          "--alias",
          ComposeFile.service(member),
          network(),
          container.apply(member));
    }
    disconnected.clear();
  }

  private String network() {
    return file.project() + "_members";
  }

  @Override
  public long swallowedBytes() {
    long sum = swallowedBefore;
    for (int member = 0; member < file.members(); member++) {
      sum += counted(member);
    }
    return sum;
  }

  @Override
  public long delayedBytes() {
    return 0;
  }

  private long counted(int member) {
    long pid = pidOf.applyAsLong(member);
    return pid == 0 ? 0 : droppedBytes(docker.iptables(pid, "-L", "INPUT", "-v", "-x", "-n"));
  }

  /** The bytes of all DROP rules of a listing with exact numbers. */
  static long droppedBytes(String listing) {
    return listing
        .lines()
        .map(line -> List.of(BLANKS.split(line.strip())))
        .filter(fields -> fields.size() > 3 && fields.get(2).equals("DROP"))
        .mapToLong(fields -> Long.parseLong(fields.get(1)))
        .sum();
  }
}
