package dev.keelson.storage.mvcc.engine;

/**
 * What an engine does behind the writes.
 *
 * @param pendingCompactionBytes that are to be rewritten
 * @param delayedBytesPerSecond to which writes are slowed down now; 0 if they are not
 */
public record EngineWork(
    long tableFiles,
    long pendingCompactionBytes,
    long runningCompactions,
    long runningFlushes,
    long delayedBytesPerSecond) {
  public static final EngineWork NONE = new EngineWork(0, 0, 0, 0, 0);
}
