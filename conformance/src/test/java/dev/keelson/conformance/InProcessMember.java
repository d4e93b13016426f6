package dev.keelson.conformance;

import dev.keelson.api.etcdserverpb.StatusResponse;
import dev.keelson.conformance.process.MemberSpec;
import dev.keelson.conformance.process.ServingCheck;
import dev.keelson.conformance.store.Store;
import dev.keelson.server.KeelsonServer;
import dev.keelson.server.StartException;
import dev.keelson.server.config.ConfigException;
import dev.keelson.server.config.ServerConfig;
import java.time.Duration;
import java.util.Optional;

/** A Keelson member inside this JVM. Not thread-safe. */
final class InProcessMember implements AutoCloseable {
  private static final Duration SERVES_WITHIN = Duration.ofMinutes(3);

  private final MemberSpec spec;
  private Optional<KeelsonServer> server;

  private InProcessMember(MemberSpec spec, KeelsonServer server) {
    this.spec = spec;
    this.server = Optional.of(server);
  }

  /** Starts it and does not wait for a leader. */
  static InProcessMember start(MemberSpec spec) {
    return new InProcessMember(spec, open(spec));
  }

  String endpoint() {
    return spec.endpoint();
  }

  void awaitServing() {
    ServingCheck.await(endpoint(), SERVES_WITHIN);
  }

  /** Whether it says so; not what another may know better. */
  boolean leads() {
    if (server.isEmpty()) {
      return false;
    }
    try (Store store = Store.connect(endpoint())) {
      StatusResponse status = store.status();
      return status.getLeader() == status.getHeader().getMemberId();
    }
  }

  /** Stops it; its data and its port stay its own. */
  void stop() {
    server.ifPresent(KeelsonServer::close);
    server = Optional.empty();
  }

  /** Starts it again and does not wait for a leader. */
  void startAgain() {
    server = Optional.of(open(spec));
  }

  void restart() {
    stop();
    startAgain();
    awaitServing();
  }

  @Override
  public void close() {
    stop();
  }

  private static KeelsonServer open(MemberSpec spec) {
    try {
      return KeelsonServer.start(ServerConfig.of(spec.arguments().toArray(String[]::new)));
    } catch (StartException | ConfigException e) {
      throw new IllegalStateException(e);
    }
  }
}
