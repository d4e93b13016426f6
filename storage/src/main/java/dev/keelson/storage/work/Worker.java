package dev.keelson.storage.work;

/** One who does rounds. Thread-safe. */
public interface Worker extends AutoCloseable {
  /** Runs the first round soon. Called once. */
  void start(Round round);

  /** There is work: another round soon. Costs next to nothing while one is under way. */
  void wake();

  /**
   * Lets the worker get on, for one who waits for what it does and has nothing better to do. Called
   * again until that is done; never by the worker itself.
   *
   * @return false if the worker has ended, and will do nothing more
   */
  boolean awaitRound();

  /** Ends the rounds; when this returns, the last one and the end are done. */
  @Override
  void close();
}
