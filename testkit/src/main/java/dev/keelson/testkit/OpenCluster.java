package dev.keelson.testkit;

import dev.keelson.client.Delete;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.client.KeyRange;
import dev.keelson.embedded.EmbeddedCluster;
import java.time.Duration;

/** A cluster that runs for a class or a test. */
final class OpenCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final EmbeddedCluster cluster;
  private final boolean keepData;
  private boolean used;

  private OpenCluster(EmbeddedCluster cluster, boolean keepData) {
    this.cluster = cluster;
    this.keepData = keepData;
  }

  static OpenCluster start(KeelsonCluster wanted) {
    var builder = EmbeddedCluster.builder().members(wanted.members());
    for (String flag : wanted.flags()) {
      int equals = flag.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("a flag has the form name=value: " + flag);
      }
      builder.flag(flag.substring(0, equals), flag.substring(equals + 1));
    }
    return new OpenCluster(builder.start(), wanted.keepData());
  }

  EmbeddedCluster cluster() {
    return cluster;
  }

  /** Mends what the test before has broken, and clears away what it wrote. */
  void makeReadyForAnotherTest() {
    if (!used) {
      used = true;
      return;
    }
    cluster.restore();
    if (!keepData) {
      // One member is asked for everything: what one says of its leases, another may not know yet.
      try (var client =
          KeelsonClient.builder().endpoints(cluster.endpoint(0)).callTimeout(PATIENCE).build()) {
        clear(client);
      }
    }
  }

  /** Doing it twice does no harm, so that it may be tried again. */
  private static void clear(KeelsonClient client) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        // Answered when this member has applied all that was done before: its leases are all then.
        var _ = client.kv().run(Delete.range(KeyRange.all()));
        var _ = client.kv().get("any");
        client.leases().list().forEach(client.leases()::revoke);
        return;
      } catch (KeelsonException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    cluster.close();
  }
}
