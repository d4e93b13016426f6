package dev.keelson.examples;

import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.embedded.EmbeddedCluster;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** What an example has around it: a cluster, and somebody who listens. */
public final class Stage {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration CALL = Duration.ofSeconds(60);
  private static final long LOOK_NANOS = 20_000_000;

  private final EmbeddedCluster cluster;
  private final Consumer<String> listener;

  public Stage(EmbeddedCluster cluster, Consumer<String> listener) {
    this.cluster = cluster;
    this.listener = listener;
  }

  /** The cluster, to kill its members. */
  public EmbeddedCluster cluster() {
    return cluster;
  }

  /** A client for one of the example's processes, to be closed by it. */
  public KeelsonClient client() {
    return KeelsonClient.builder().endpoints(cluster.endpoints()).callTimeout(CALL).build();
  }

  public void say(String text) {
    listener.accept(text);
  }

  /** Kills the member of the store that leads; another one will. */
  public void killLeader() {
    int leader = cluster.awaitLeader();
    say("member " + leader + " of the store leads, and is killed");
    cluster.kill(leader);
  }

  /** Waits until it is so; long enough for every lease and election to take its time. */
  public void await(String what, Callable<Boolean> condition) throws Exception {
    boolean come = waitFor(condition);
    if (!come) {
      throw new IllegalStateException("waited in vain: " + what);
    }
    say(what);
  }

  /** Does something that may be done twice, until the store has certainly done it. */
  public void surely(Runnable change) throws Exception {
    boolean done =
        waitFor(
            () -> {
              change.run();
              return true;
            });
    if (!done) {
      throw new IllegalStateException("the store did not answer in time");
    }
  }

  private static boolean waitFor(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      try {
        if (condition.call()) {
          return true;
        }
      } catch (KeelsonException e) {
        // A member is down or an election under way: asked again.
        LockSupport.parkNanos(LOOK_NANOS);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return false;
  }
}
