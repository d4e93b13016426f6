package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.time.SystemClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** Transports on loopback that share one table of members, which may change. */
final class TestCluster implements AutoCloseable {
  static final long CLUSTER = 0xc1;

  /** Quick to dial again; nobody is given up because the machine was busy for a while. */
  static final TransportConfig.Timing TIMING = timing(1_000, 1_000);

  /** Quick to notice silence, for the tests of that. */
  static final TransportConfig.Timing HASTY = timing(20, 20);

  final AtomicReference<MemberTable> members =
      new AtomicReference<>(new MemberTable(CLUSTER, List.of()));

  /** What threads of the transports threw: nothing, unless the test makes them. */
  final List<Throwable> bugs = new CopyOnWriteArrayList<>();

  private final List<NettyPeerTransport> transports = new ArrayList<>();

  private static TransportConfig.Timing timing(int handshakeTicks, int silentTicks) {
    return new TransportConfig.Timing(
        Duration.ofMillis(10),
        Duration.ofMillis(100),
        Duration.ofMillis(100),
        Duration.ofSeconds(60),
        Duration.ofMillis(50),
        handshakeTicks,
        silentTicks);
  }

  static TransportConfig config(int port) {
    return config(port, TIMING);
  }

  static TransportConfig config(int port, TransportConfig.Timing timing) {
    return new TransportConfig(
        List.of("http://127.0.0.1:" + port), "3.7.0", 1 << 20, 1 << 20, 0, timing);
  }

  /** Starts a member on a free port and puts it into the table. */
  NettyPeerTransport start(long id, PeerListener listener) throws IOException {
    return start(id, config(0), listener);
  }

  NettyPeerTransport start(long id, TransportConfig config, PeerListener listener)
      throws IOException {
    return start(id, config, listener, NoSnapshots.TAKEN);
  }

  NettyPeerTransport start(
      long id, TransportConfig config, PeerListener listener, SnapshotSink sink)
      throws IOException {
    var transport = create(new ServerIdentity(CLUSTER, id), config, listener, sink);
    join(id, transport.boundAddresses().getFirst().getPort());
    return transport;
  }

  /** Starts on a port that was free a moment ago; somebody may hold it for another moment. */
  NettyPeerTransport startAgain(long id, int port, PeerListener listener) {
    return await()
        .ignoreException(IOException.class)
        .until(() -> start(id, config(port), listener), _ -> true);
  }

  /** Starts a transport that nobody knows yet. */
  NettyPeerTransport create(ServerIdentity identity, TransportConfig config, PeerListener listener)
      throws IOException {
    return create(identity, config, listener, NoSnapshots.TAKEN);
  }

  NettyPeerTransport create(
      ServerIdentity identity, TransportConfig config, PeerListener listener, SnapshotSink sink)
      throws IOException {
    var transport =
        new NettyPeerTransport(
            identity,
            config,
            members::get,
            new SystemClock(),
            new SeededRandom(identity.memberId()),
            (_, bug) -> bugs.add(bug));
    transports.add(transport);
    transport.start(listener, sink);
    return transport;
  }

  void join(long id, int port) {
    join(id, List.of("http://127.0.0.1:" + port));
  }

  void join(long id, List<String> urls) {
    members.updateAndGet(
        table -> table.with(new Member(id, "member-" + id, urls, List.of(), false)));
    transports.forEach(NettyPeerTransport::membersChanged);
  }

  void leave(long id) {
    members.updateAndGet(
        table ->
            new MemberTable(
                CLUSTER, table.members().stream().filter(member -> member.id() != id).toList()));
    transports.forEach(NettyPeerTransport::membersChanged);
  }

  @Override
  public void close() {
    transports.forEach(NettyPeerTransport::close);
    assertThat(bugs).isEmpty();
  }
}
