package dev.keelson.storage.mvcc.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An ordered store of bytes in a few families. A batch is seen as a whole or not at all, in every
 * family; what a crash leaves is the result of the batches up to one of them, in the order they
 * were written. Thread-safe. Every failure is an {@link EngineException}.
 */
public interface KvEngine extends EngineReader, AutoCloseable {
  /** Applies the batch: visible at once, durable after a later flush. */
  void write(EngineBatch batch);

  EngineSnapshot snapshot();

  /** A snapshot for reading much once: it leaves alone what memory holds for others. */
  default EngineSnapshot snapshotForScan() {
    return snapshot();
  }

  /** The files that hold what is durable, as of now; none if they are in memory. */
  default List<EngineFile> files() {
    return List.of();
  }

  /**
   * Reads one of them as a whole, unless it is not needed any more.
   *
   * @throws EngineException that {@link EngineException#isDamage} if it is not what was written
   */
  default void verify(EngineFile file) {}

  /** As {@link #get}, but only what a crash would leave. */
  Optional<byte[]> getDurable(Family family, byte[] key);

  /** Makes all that was written before the call durable. */
  void flush();

  /**
   * Puts a copy that opens on its own into a directory that does not exist yet. It holds all that
   * was written before the call, perhaps more, and shares unchanged files by hard links.
   */
  void checkpoint(Path directory);

  EngineStats stats();

  /** Costs more than {@link #stats} where there are many files. */
  EngineWork work();

  /**
   * Ends the engine without a flush. Open snapshots stay readable: the files are let go with the
   * last of them.
   */
  @Override
  void close();
}
