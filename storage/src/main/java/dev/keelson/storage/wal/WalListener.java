package dev.keelson.storage.wal;

/** Hears from the {@code keelson-wal} thread; hands over and returns at once. */
public interface WalListener {
  /** Every append up to this sequence is done: durable, unless it did not have to be. */
  void persisted(long sequence);

  /**
   * The log failed, and no more than this one call will come. The member must stop: nothing after
   * the last persisted sequence is known to be durable.
   */
  void failed(Throwable cause);
}
