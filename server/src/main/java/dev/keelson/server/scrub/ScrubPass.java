package dev.keelson.server.scrub;

import dev.keelson.server.apply.LiveStore;
import dev.keelson.storage.mvcc.ContentAudit;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.mvcc.engine.EngineFile;
import dev.keelson.storage.wal.WalAudit;
import dev.keelson.storage.wal.WalException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Reads everything once: the log's records, the files of the store, and then what the store says of
 * itself. Keeps the store open meanwhile. Owned by the scrub's worker.
 */
final class ScrubPass implements AutoCloseable {
  /** Read at once of what the store holds. */
  private static final long STEP_BYTES = 1 << 18;

  private final LiveStore live;
  private final LiveStore.Hold held;
  private final WalAudit log;
  private final Deque<EngineFile> files;
  private final ContentAudit content;

  ScrubPass(LiveStore live, WalAudit log) {
    this.live = live;
    this.log = log;
    this.held = live.hold();
    this.files = new ArrayDeque<>(held.store().files());
    this.content = held.store().auditContent();
  }

  /** Whether a snapshot has taken the place of the store: the rest of it is of no interest. */
  boolean isOutdated() {
    return live.current() != held.store();
  }

  /**
   * Reads on, a little or a file.
   *
   * @return bytes that were read; 0 when all has been read
   * @throws DamageFoundException if it is not what was written
   */
  long step() throws IOException {
    try {
      long bytes = log.step();
      if (bytes > 0) {
        return bytes;
      }
      var file = files.poll();
      if (file != null) {
        held.store().verify(file);
        return Math.max(1, file.bytes());
      }
    } catch (WalException e) {
      throw new DamageFoundException(String.valueOf(e.getMessage()), e);
    } catch (EngineException e) {
      throw e.isDamage() ? new DamageFoundException(String.valueOf(e.getMessage()), e) : e;
    }
    return readContent();
  }

  private long readContent() {
    long bytes = content.step(STEP_BYTES);
    if (bytes == 0) {
      content
          .difference()
          .ifPresent(
              difference -> {
                throw new DamageFoundException(difference);
              });
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    try (held;
        content) {
      log.close();
    }
  }
}
