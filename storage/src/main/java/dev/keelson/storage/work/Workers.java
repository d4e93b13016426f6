package dev.keelson.storage.work;

/** Where workers come from. */
@FunctionalInterface
public interface Workers {
  /**
   * A worker that is not started yet.
   *
   * @param name of the work, as in the list of threads
   */
  Worker worker(String name);
}
