package dev.keelson.embedded;

import dev.keelson.raft.RaftStatus;
import dev.keelson.server.KeelsonServer;
import dev.keelson.server.Machine;
import dev.keelson.server.StartException;
import dev.keelson.server.config.ServerConfig;
import dev.keelson.storage.work.WorkerThreads;
import dev.keelson.storage.work.Workers;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One member through all its lives. One change at a time. */
final class EmbeddedMember {
  private static final long STANDS_WITHIN_SECONDS = 60;

  private final ServerConfig config;
  private final Function<Workers, Machine> machine;
  private final Gate gate = new Gate();
  private volatile @Nullable KeelsonServer server;
  private volatile boolean paused;
  private volatile long id;

  /**
   * A member that is down.
   *
   * @param machine the same disk for every life
   */
  EmbeddedMember(ServerConfig config, Function<Workers, Machine> machine) {
    this.config = config;
    this.machine = machine;
  }

  String name() {
    return config.identity().name();
  }

  /** Its id; 0 before it was first started. */
  long id() {
    return id;
  }

  /** Nothing if it runs. */
  synchronized void start() {
    if (isUp()) {
      return;
    }
    kill();
    try {
      var started =
          KeelsonServer.start(config, machine.apply(new GatedWorkers(new WorkerThreads(), gate)));
      id = started.status().id();
      server = started;
    } catch (StartException e) {
      throw new EmbeddedException(name() + " does not start: " + e.getMessage(), e);
    }
  }

  /** Leaves in order: hands over its office first if it leads. */
  synchronized void stop() {
    end(KeelsonServer::close);
  }

  /** Is gone without a word. */
  synchronized void kill() {
    end(KeelsonServer::kill);
  }

  private void end(Consumer<KeelsonServer> how) {
    var running = server;
    server = null;
    resume();
    if (running != null) {
      how.accept(running);
    }
  }

  /** When this returns, no client and no peer gets an answer until it is resumed. */
  synchronized void pause() {
    var running = server;
    if (running == null || !isServing()) {
      return;
    }
    paused = true;
    gate.shut();
    var standing = new Semaphore(0);
    int loops =
        running.onEventLoops(
            () -> {
              standing.release();
              gate.pass();
            });
    try {
      if (!standing.tryAcquire(loops, STANDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        throw new EmbeddedException(name() + " cannot be paused");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedException("interrupted while pausing " + name(), e);
    }
  }

  synchronized void resume() {
    paused = false;
    gate.open();
  }

  /** Whether it is up and not paused. */
  boolean isServing() {
    return isUp() && !paused;
  }

  boolean isUp() {
    return server().isPresent();
  }

  /** Empty too when it has stopped by itself. */
  Optional<KeelsonServer> server() {
    return Optional.ofNullable(server).filter(KeelsonServer::isRunning);
  }

  Optional<RaftStatus> status() {
    return server().filter(_ -> !paused).map(KeelsonServer::status);
  }
}
