package dev.keelson.examples.orchestrator;

import dev.keelson.client.Bytes;
import dev.keelson.client.Codec;
import dev.keelson.client.Delete;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.client.KeptLease;
import dev.keelson.client.KeyRange;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import dev.keelson.client.cache.Cache;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs the tasks that are given to it, while it lives: here running is no more than saying so. All
 * that it says hangs on one lease. When that is lost it runs nothing, since its tasks may be
 * another's by now, and begins anew with a new lease.
 */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Agent.class.getName());
  private static final long LOOK_NANOS = 50_000_000;

  private final KeelsonClient client;
  private final String name;
  private final Duration ttl;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile Set<String> running = Set.of();

  /**
   * Starts to work.
   *
   * @param client its own; closed with it
   * @param ttl how long its death goes unnoticed
   */
  public Agent(KeelsonClient client, String name, Duration ttl) {
    this.client = client;
    this.name = name;
    this.ttl = ttl;
    this.thread = Thread.ofVirtual().name("agent-" + name).start(this::live);
  }

  /** The tasks it runs at the moment. */
  public Set<String> running() {
    return running;
  }

  private void live() {
    while (!stopped) {
      try (var lease = client.leases().keep(ttl);
          var tasks = Cache.of(client, KeyRange.prefix(Keys.TASKS), Codec.UTF8).start()) {
        var _ = client.kv().run(Put.of(Keys.AGENTS + name, "alive").withLease(lease.id()));
        while (!stopped && lease.isAlive() && tasks.isFollowing()) {
          become(mine(tasks.snapshot()), lease);
          LockSupport.parkNanos(LOOK_NANOS);
        }
      } catch (KeelsonException e) {
        LOG.log(Level.INFO, "{0} begins anew: {1}", name, e.getMessage());
        LockSupport.parkNanos(LOOK_NANOS);
      } finally {
        running = Set.of();
      }
    }
  }

  private Set<String> mine(Map<Bytes, String> tasks) {
    var mine = new TreeSet<String>();
    tasks.forEach(
        (key, agent) -> {
          if (agent.equals(name)) {
            mine.add(key.utf8().substring(Keys.TASKS.length()));
          }
        });
    return mine;
  }

  private void become(Set<String> wanted, KeptLease lease) {
    var now = new TreeSet<>(running);
    for (String task : wanted) {
      if (!now.contains(task) && begins(task, lease)) {
        now.add(task);
      }
    }
    for (String task : running) {
      if (!wanted.contains(task)) {
        now.remove(task);
        running = Set.copyOf(now);
        ends(task);
      }
    }
    running = Set.copyOf(now);
  }

  /** Only while it is given to us, and nobody else still runs it. */
  private boolean begins(String task, KeptLease lease) {
    return client
        .kv()
        .run(
            Txn.when(Keys.TASKS + task)
                .valueIs(name)
                .and(Keys.RUNNING + task)
                .isAbsent()
                .then(Put.of(Keys.RUNNING + task, name).withLease(lease.id())))
        .succeeded();
  }

  private void ends(String task) {
    var _ =
        client
            .kv()
            .run(Txn.when(Keys.RUNNING + task).valueIs(name).then(Delete.key(Keys.RUNNING + task)));
  }

  /** Ends as a process does that crashes: its tasks move when its lease ends. */
  public void crash() {
    stopped = true;
    client.close();
    LockSupport.unpark(thread);
  }

  /** Gives up its lease, so that its tasks move at once. */
  @Override
  public void close() {
    stopped = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }
}
