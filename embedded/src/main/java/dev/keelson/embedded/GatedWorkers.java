package dev.keelson.embedded;

import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import dev.keelson.storage.work.Workers;

/** Workers that begin no round while the gate is shut. */
record GatedWorkers(Workers workers, Gate gate) implements Workers {
  @Override
  public Worker worker(String name) {
    return new GatedWorker(workers.worker(name), gate);
  }

  private record GatedWorker(Worker worker, Gate gate) implements Worker {
    @Override
    public void start(Round round) {
      worker.start(new GatedRound(round, gate));
    }

    @Override
    public void wake() {
      worker.wake();
    }

    @Override
    public boolean awaitRound() {
      return worker.awaitRound();
    }

    @Override
    public void close() {
      worker.close();
    }
  }

  private record GatedRound(Round round, Gate gate) implements Round {
    @Override
    public long run() {
      gate.pass();
      return round.run();
    }

    @Override
    public boolean hasWork() {
      return round.hasWork();
    }

    @Override
    public boolean gathersLoad() {
      return round.gathersLoad();
    }

    @Override
    public void end() {
      round.end();
    }

    @Override
    public void failed(Throwable cause) {
      round.failed(cause);
    }
  }
}
