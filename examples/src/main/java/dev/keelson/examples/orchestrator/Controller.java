package dev.keelson.examples.orchestrator;

import dev.keelson.client.Bytes;
import dev.keelson.client.Codec;
import dev.keelson.client.Condition;
import dev.keelson.client.Delete;
import dev.keelson.client.Get;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import dev.keelson.client.cache.Cache;
import dev.keelson.client.cache.CacheListener;
import dev.keelson.client.recipe.Election;
import dev.keelson.client.recipe.Leadership;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Schedules: gives every task that is wanted to a living agent, and moves the tasks of agents that
 * died. Several may run; one leads, the rest stand by. It looks whenever something has changed, and
 * now and then without that; each look starts from what the store says, so that it does not matter
 * what an earlier leader left half done. Every step is made only if this one still leads and the
 * task is as it was read.
 */
public final class Controller implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Controller.class.getName());
  private static final long LOOK_MILLIS = 500;

  private final KeelsonClient client;
  private final String name;
  private final Duration ttl;
  private final Semaphore changes = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopped;
  private volatile boolean leading;

  /**
   * Starts to schedule, or to stand by.
   *
   * @param client its own; closed with it
   * @param ttl how long its death goes unnoticed
   */
  public Controller(KeelsonClient client, String name, Duration ttl) {
    this.client = client;
    this.name = name;
    this.ttl = ttl;
    this.thread = Thread.ofVirtual().name("controller-" + name).start(this::live);
  }

  /** Whether it leads, for all it knows. */
  public boolean isLeading() {
    return leading;
  }

  private void live() {
    while (!stopped) {
      try (var session = client.leases().keep(ttl);
          var leadership = new Election(client, Keys.CONTROLLER).campaign(session, Bytes.of(name));
          var apps = follow(Keys.APPS);
          var agents = follow(Keys.AGENTS);
          var tasks = follow(Keys.TASKS)) {
        leading = true;
        while (!stopped
            && leadership.isLeading()
            && apps.isFollowing()
            && agents.isFollowing()
            && tasks.isFollowing()) {
          reconcile(leadership);
          boolean woken = changes.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
          changes.drainPermits();
          LOG.log(Level.DEBUG, "{0} looks again, woken {1}", name, woken);
        }
      } catch (KeelsonException e) {
        LOG.log(Level.INFO, "{0} stands by again: {1}", name, e.getMessage());
      } catch (InterruptedException e) {
        return;
      } finally {
        leading = false;
      }
    }
  }

  /** Only to hear that something has changed. */
  private Cache<Bytes> follow(String prefix) {
    return Cache.of(client, KeyRange.prefix(prefix), Codec.BYTES)
        .listener(
            new CacheListener<>() {
              @Override
              public void added(KeyValue key, Bytes value) {
                changes.release();
              }

              @Override
              public void changed(KeyValue key, Bytes before, Bytes value) {
                changes.release();
              }

              @Override
              public void removed(KeyValue last, Bytes before, long revision) {
                changes.release();
              }
            })
        .start();
  }

  private void reconcile(Leadership leadership) {
    Map<String, Integer> wanted = read(Keys.APPS, kv -> Integer.valueOf(kv.text()));
    Map<String, KeyValue> agents = read(Keys.AGENTS, Function.identity());
    Map<String, KeyValue> tasks = read(Keys.TASKS, Function.identity());
    var assigned = new TreeMap<String, String>();
    tasks.forEach((task, kv) -> assigned.put(task, kv.text()));
    for (var step : Plan.of(wanted, agents.keySet(), assigned)) {
      KeyValue seen = tasks.get(step.task());
      var unchanged =
          Condition.on(Keys.TASKS + step.task())
              .modRevisionIs(seen == null ? 0 : seen.modRevision());
      Txn change =
          switch (step) {
            case Plan.Step.Assign(String task, String agent) ->
                Txn.when(unchanged, Condition.on(Keys.AGENTS + agent).exists())
                    .then(Put.of(Keys.TASKS + task, agent));
            case Plan.Step.Remove(String task) ->
                Txn.when(unchanged).then(Delete.key(Keys.TASKS + task));
          };
      // What was changed meanwhile is seen at the next look.
      var _ = leadership.ownership().run(change);
    }
  }

  /** By their names without the prefix. */
  private <T> Map<String, T> read(String prefix, Function<KeyValue, T> value) {
    var found = new TreeMap<String, T>();
    try (var all = client.kv().stream(Get.prefix(prefix))) {
      all.forEach(kv -> found.put(kv.key().utf8().substring(prefix.length()), value.apply(kv)));
    }
    return found;
  }

  /** Ends as a process does that crashes. */
  public void crash() {
    stopped = true;
    client.close();
    thread.interrupt();
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }
}
