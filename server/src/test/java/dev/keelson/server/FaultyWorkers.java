package dev.keelson.server;

import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import dev.keelson.storage.work.WorkerThreads;
import dev.keelson.storage.work.Workers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;

/** Threads that die, or hang, in their next round once they are told to. */
final class FaultyWorkers implements Workers {
  private final WorkerThreads threads = new WorkerThreads();
  private final List<FaultyWorker> made = new CopyOnWriteArrayList<>();
  private final Map<String, Fault> faults = new ConcurrentHashMap<>();

  /** What a round does before its work. */
  @FunctionalInterface
  private interface Fault {
    void strike();
  }

  @Override
  public Worker worker(String name) {
    var worker = new FaultyWorker(name, threads.worker(name));
    made.add(worker);
    return worker;
  }

  /** The names of those that have done a round. */
  List<String> begun() {
    return made.stream().filter(worker -> worker.begun).map(worker -> worker.name).toList();
  }

  /** From now on the rounds of this worker end so. */
  void dies(String name, Error cause) {
    faults.put(
        name,
        () -> {
          throw cause;
        });
    wake(name);
  }

  /** Returns once the worker hangs; it goes on when the latch is counted down. */
  void hangs(String name, CountDownLatch until) {
    var hanging = new CountDownLatch(1);
    faults.put(
        name,
        () -> {
          hanging.countDown();
          awaitUninterruptibly(until);
        });
    Awaitility.await()
        .until(
            () -> {
              wake(name);
              return hanging.getCount() == 0;
            });
    faults.remove(name);
  }

  private void wake(String name) {
    made.stream().filter(worker -> worker.name.equals(name)).forEach(FaultyWorker::wake);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class FaultyWorker implements Worker {
    private final String name;
    private final Worker worker;
    private volatile boolean begun;

    FaultyWorker(String name, Worker worker) {
      this.name = name;
      this.worker = worker;
    }

    @Override
    public void start(Round round) {
      worker.start(
          new Round() {
            @Override
            public long run() {
              begun = true;
              Optional.ofNullable(faults.get(name)).ifPresent(Fault::strike);
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
          });
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
}
