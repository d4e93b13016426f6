package dev.keelson.storage.work;

/** A thread for each worker. */
public final class WorkerThreads implements Workers {
  @Override
  public Worker worker(String name) {
    return new WorkerThread(name);
  }
}
