package dev.keelson.storage.mvcc;

import dev.keelson.storage.mvcc.engine.EngineIterator;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;
import java.util.Optional;

/**
 * Changes in revision order, read one by one; values are in memory one at a time. By one thread;
 * closed before its view.
 */
public final class ChangeLog implements AutoCloseable {
  private final EngineIterator entries;

  ChangeLog(EngineReader reader, long from, long to) {
    long first = Math.max(from, 0);
    long end = Math.max(first, to == Long.MAX_VALUE ? to : to + 1);
    this.entries =
        reader.iterate(Family.CHANGES, KeyCodec.changeKey(first, 0), KeyCodec.changeKey(end, 0));
  }

  /** The next change; empty at the end. */
  public Optional<Change> next() {
    if (!entries.next()) {
      return Optional.empty();
    }
    byte[] entry = entries.key();
    byte[] stored = entries.value();
    var revision = new Revision(KeyCodec.changeMain(entry), KeyCodec.changeSub(entry));
    var kv = ChangeCodec.keyValue(stored);
    return Optional.of(
        ChangeCodec.isDelete(stored)
            ? new Change.Delete(revision, kv.key())
            : new Change.Put(revision, kv));
  }

  @Override
  public void close() {
    entries.close();
  }
}
