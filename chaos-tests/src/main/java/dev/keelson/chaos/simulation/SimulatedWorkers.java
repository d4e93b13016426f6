package dev.keelson.chaos.simulation;

import dev.keelson.raft.Invariant;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import dev.keelson.storage.work.Workers;
import org.jspecify.annotations.Nullable;

/** Workers of one life of a member: their rounds are events, some time after they are due. */
final class SimulatedWorkers implements Workers {
  private static final long YIELD_NANOS = 1_000;

  private final MemberLife life;

  SimulatedWorkers(MemberLife life) {
    this.life = life;
  }

  @Override
  public Worker worker(String name) {
    return new Simulated(name);
  }

  private final class Simulated implements Worker {
    private final String name;
    private @Nullable Round round;
    private Timeline.@Nullable Event next;
    private boolean running;
    private boolean woken;
    private boolean ended;

    Simulated(String name) {
      this.name = name;
    }

    @Override
    public void start(Round started) {
      round = started;
      arrange(life.pace().beforeRound(name));
    }

    @Override
    public void wake() {
      if (running) {
        woken = true;
      } else if (round != null && !ended) {
        arrange(life.pace().beforeRound(name));
      }
    }

    /** The next round is at the latest after this time. */
    private void arrange(long nanos) {
      long time = life.now() + nanos;
      if (next != null) {
        if (next.time() <= time) {
          return;
        }
        next.cancel();
      }
      next = life.plan(nanos, this::fire);
    }

    private void fire() {
      next = null;
      long stalled = life.stalledFor(name);
      if (stalled > 0 && !ended) {
        arrange(stalled);
      } else if (!ended) {
        long nanos = runOnce();
        if (!ended && nanos != Round.WHEN_WOKEN) {
          arrange(nanos == 0 ? YIELD_NANOS : life.globalNanos(nanos));
        }
      }
    }

    private long runOnce() {
      var current = current();
      Invariant.check(!running, "a round of %s within a round", name);
      running = true;
      woken = false;
      try {
        long nanos = current.run();
        life.roundDone(name);
        if (woken || current.hasWork()) {
          arrange(life.pace().beforeRound(name));
        }
        return nanos;
      } catch (Throwable cause) {
        fail(current, cause);
        return Round.WHEN_WOKEN;
      } finally {
        running = false;
      }
    }

    private void fail(Round current, Throwable cause) {
      ended = true;
      if (life.isOver(cause)) {
        return;
      }
      current.failed(cause);
    }

    private Round current() {
      if (round == null) {
        throw new IllegalStateException(name + " was not started");
      }
      return round;
    }

    /** In one thread, who waits for another does its work. */
    @Override
    public boolean awaitRound() {
      if (!ended) {
        runOnce();
      }
      return !ended;
    }

    @Override
    public void close() {
      if (ended || round == null) {
        ended = true;
        return;
      }
      ended = true;
      try {
        round.end();
      } catch (Throwable cause) {
        if (!life.isOver(cause)) {
          round.failed(cause);
        }
      }
    }
  }
}
