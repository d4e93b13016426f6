package dev.keelson.client;

import dev.keelson.conformance.process.ClusterLayout;
import dev.keelson.conformance.process.MemberSpec;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.process.ServingCheck;
import dev.keelson.server.KeelsonServer;
import dev.keelson.server.StartException;
import dev.keelson.server.config.ConfigException;
import dev.keelson.server.config.ServerConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keelson members in this JVM, with data of their own that closing removes. */
final class KeelsonStore implements StoreUnderTest {
  private static final Duration SERVES_WITHIN = ProcessCluster.STARTS_WITHIN;

  private final ClusterLayout layout;
  private final Map<Integer, KeelsonServer> running = new HashMap<>();

  private KeelsonStore(ClusterLayout layout) {
    this.layout = layout;
  }

  static KeelsonStore running(int members) {
    var store = new KeelsonStore(ClusterLayout.of(members, PATIENT));
    try {
      for (int member = 0; member < members; member++) {
        store.open(member);
      }
      store.endpoints().forEach(endpoint -> ServingCheck.await(endpoint, SERVES_WITHIN));
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public List<String> endpoints() {
    return layout.members().stream().map(MemberSpec::endpoint).toList();
  }

  @Override
  public void stop(int member) {
    KeelsonServer server = running.remove(member);
    if (server != null) {
      server.close();
    }
  }

  @Override
  public void start(int member) {
    open(member);
    ServingCheck.await(endpoints().get(member), SERVES_WITHIN);
  }

  private void open(int member) {
    var arguments = layout.members().get(member).arguments();
    try {
      var config = ServerConfig.of(arguments.toArray(String[]::new));
      running.put(member, KeelsonServer.start(config));
    } catch (StartException | ConfigException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    List.copyOf(running.keySet()).forEach(this::stop);
    layout.delete();
  }
}
