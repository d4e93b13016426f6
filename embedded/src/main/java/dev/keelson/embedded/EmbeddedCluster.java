package dev.keelson.embedded;

import dev.keelson.raft.RaftStatus;
import dev.keelson.server.KeelsonServer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Members of one cluster in this JVM: the servers of production on ports of loopback, with their
 * disks in memory or in a directory. They may be stopped, killed, paused and cut off from each
 * other, one by one, and come back with the data they had. Members are numbered from 0.
 * Thread-safe.
 *
 * <pre>{@code
 * try (var cluster = EmbeddedCluster.start(3);
 *     var client = KeelsonClient.builder().endpoints(cluster.endpoints()).build()) {
 *   cluster.kill(cluster.awaitLeader());
 *   client.kv().put("greeting", "still here");
 * }
 * }</pre>
 */
public final class EmbeddedCluster implements AutoCloseable {
  private static final long LOOK_NANOS = 2_000_000;

  private final List<EmbeddedMember> members;
  private final Ports ports;
  private final List<String> endpoints;
  private final Links links;
  private final long patienceNanos;

  EmbeddedCluster(List<EmbeddedMember> members, Ports ports, Links links, long patienceNanos) {
    this.members = List.copyOf(members);
    this.ports = ports;
    this.endpoints = ports.clients().stream().map(ReservedPort::endpoint).toList();
    this.links = links;
    this.patienceNanos = patienceNanos;
  }

  /** So many members in memory, which serve when this returns. */
  public static EmbeddedCluster start(int members) {
    return builder().members(members).start();
  }

  /** A cluster of one member in memory, unless told otherwise. */
  public static EmbeddedClusterBuilder builder() {
    return new EmbeddedClusterBuilder();
  }

  /** Starts all, has one of them lead, and waits until everybody serves. */
  void begin() {
    members.forEach(EmbeddedMember::start);
    var first = members.getFirst().server().orElseThrow();
    await("leader", () -> first.stand() || leader().isPresent(), () -> true);
    awaitServing();
  }

  /** The client ports as {@code host:port}, in the order of the members, up or not. */
  public List<String> endpoints() {
    return endpoints;
  }

  public String endpoint(int member) {
    return endpoints.get(member);
  }

  public int size() {
    return members.size();
  }

  /** Whether the member was started and neither stopped nor killed since. */
  public boolean isUp(int member) {
    return members.get(member).isUp();
  }

  /**
   * The member that leads, as those know that are up and not paused; empty when none does or a
   * majority does not follow it.
   */
  public OptionalInt leader() {
    return IntStream.range(0, size()).filter(this::isFollowedByMost).findFirst();
  }

  private boolean isFollowedByMost(int candidate) {
    Optional<RaftStatus> status = members.get(candidate).status().filter(RaftStatus::isLeader);
    if (status.isEmpty()) {
      return false;
    }
    var leader = status.get();
    long followers =
        members.stream()
            .flatMap(member -> member.status().stream())
            .filter(other -> other.term() == leader.term() && other.leaderId() == leader.id())
            .count();
    return followers > size() / 2;
  }

  /** Waits for a leader that a majority follows. */
  public int awaitLeader() {
    await("leader", () -> leader().isPresent(), () -> true);
    return leader().orElseGet(this::awaitLeader);
  }

  /** Waits until every member that is up and not paused knows the leader and all others. */
  public void awaitServing() {
    await("cluster that serves", () -> leader().isPresent(), this::allServe);
  }

  private boolean allServe() {
    boolean complete = members.stream().allMatch(EmbeddedMember::isServing);
    return members.stream()
        .filter(EmbeddedMember::isServing)
        .flatMap(member -> member.server().stream())
        .allMatch(server -> serves(server, complete));
  }

  private static boolean serves(KeelsonServer server, boolean complete) {
    var status = server.status();
    return status.hasLeader()
        && status.appliedIndex() >= status.commitIndex()
        && (!complete || server.knowsAll());
  }

  private void await(String what, Supplier<Boolean> first, Supplier<Boolean> then) {
    long deadline = System.nanoTime() + patienceNanos;
    while (!first.get() || !then.get()) {
      if (System.nanoTime() - deadline > 0) {
        throw new EmbeddedException(
            "no %s in time: %s"
                .formatted(what, members.stream().map(EmbeddedMember::status).toList()));
      }
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new EmbeddedException("interrupted while waiting for a " + what);
      }
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
  }

  /** Lets the member leave in order: if it leads, it hands over first. */
  public void stop(int member) {
    members.get(member).stop();
  }

  /**
   * Ends the member without a word to anyone: nothing is handed over, calls are broken off. It is
   * killed as a process is, not as a machine is that loses power: what it wrote to its disk is
   * there.
   */
  public void kill(int member) {
    members.get(member).kill();
  }

  /** Starts a member again that was stopped or killed, with the data it had, on its port. */
  public void restart(int member) {
    members.get(member).start();
  }

  /** Starts every member again that is down, resumes, heals, and waits until all serve. */
  public void restore() {
    heal();
    members.forEach(EmbeddedMember::resume);
    members.forEach(EmbeddedMember::start);
    awaitServing();
  }

  /**
   * Lets all threads of the member stand still, with its connections open: as a process that is
   * stopped by a signal. The clock goes on meanwhile.
   */
  public void pause(int member) {
    members.get(member).pause();
  }

  public void resume(int member) {
    members.get(member).resume();
  }

  /** Cuts one direction: what the one sends is lost on its way to the other. */
  public void cut(int from, int to) {
    links.cut(id(from), id(to));
  }

  /** Cuts the member off from all others, in both directions; its clients still reach it. */
  public void isolate(int member) {
    partition(List.of(member));
  }

  /** Cuts these members off from the rest, in both directions. */
  public void partition(Collection<Integer> side) {
    for (int one = 0; one < size(); one++) {
      for (int other = 0; other < size(); other++) {
        if (side.contains(one) != side.contains(other)) {
          cut(one, other);
        }
      }
    }
  }

  /** Joins again what was cut. */
  public void heal() {
    links.heal();
  }

  /** How many messages the cuts have swallowed: a cut that swallowed none proves nothing. */
  public long lostMessages() {
    return links.lostMessages();
  }

  private long id(int member) {
    return members.get(member).id();
  }

  /** Ends all members at once. Data in memory is gone then. */
  @Override
  public void close() {
    members.forEach(EmbeddedMember::kill);
    ports.close();
  }
}
