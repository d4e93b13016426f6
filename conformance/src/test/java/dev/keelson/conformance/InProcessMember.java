package dev.keelson.conformance;

import dev.keelson.conformance.process.MemberSpec;
import dev.keelson.conformance.process.ServingCheck;
import dev.keelson.server.KeelsonServer;
import dev.keelson.server.StartException;
import dev.keelson.server.config.ConfigException;
import dev.keelson.server.config.ServerConfig;
import java.time.Duration;

/** A Keelson member inside this JVM. Not thread-safe. */
final class InProcessMember implements AutoCloseable {
  private static final Duration SERVES_WITHIN = Duration.ofSeconds(30);

  private final MemberSpec spec;
  private KeelsonServer server;

  private InProcessMember(MemberSpec spec, KeelsonServer server) {
    this.spec = spec;
    this.server = server;
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

  void restart() {
    server.close();
    server = open(spec);
    awaitServing();
  }

  @Override
  public void close() {
    server.close();
  }

  private static KeelsonServer open(MemberSpec spec) {
    try {
      return KeelsonServer.start(ServerConfig.of(spec.arguments().toArray(String[]::new)));
    } catch (StartException | ConfigException e) {
      throw new IllegalStateException(e);
    }
  }
}
