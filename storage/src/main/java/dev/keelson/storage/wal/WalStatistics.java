package dev.keelson.storage.wal;

/** Hears how long the log's work took, on the {@code keelson-wal} thread. */
@FunctionalInterface
public interface WalStatistics {
  WalStatistics NONE = (syncNanos, appends, payloadBytes) -> {};

  /**
   * A batch was synced.
   *
   * @param syncNanos from the call of fdatasync to its return
   * @param appends appends in the batch
   * @param payloadBytes bytes of their entries' payloads
   */
  void batchSynced(long syncNanos, int appends, long payloadBytes);
}
