package dev.keelson.storage.faults;

import dev.keelson.storage.disk.MemoryDisk;
import dev.keelson.storage.mvcc.engine.EngineBatch;
import dev.keelson.storage.mvcc.engine.Family;
import dev.keelson.storage.mvcc.engine.FilteredEngine;
import dev.keelson.storage.mvcc.engine.KvEngine;
import dev.keelson.storage.mvcc.engine.MemoryEngines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * An engine that gathers writes before it puts them into its files, and when those are written anew
 * forgets what it has gathered.
 */
final class ForgetfulEngine extends FilteredEngine {
  private static final byte[] START = {};
  private static final int GATHERED = 8;

  private final KvEngine files;
  private final ArrayDeque<EngineBatch> gathered = new ArrayDeque<>();

  ForgetfulEngine(KvEngine files) {
    super(inMemory());
    this.files = files;
    var all = new EngineBatch();
    for (var family : Family.values()) {
      try (var entries = files.iterate(family, START, START)) {
        while (entries.next()) {
          all.put(family, entries.key(), entries.value());
        }
      }
    }
    sound.write(all);
  }

  private static KvEngine inMemory() {
    try {
      var disk = new MemoryDisk(1 << 30);
      var directory = Path.of("/seen");
      disk.createDirectories(directory);
      return new MemoryEngines(disk).open(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(EngineBatch batch) {
    gathered.add(copyOf(batch));
    if (gathered.size() > GATHERED) {
      files.write(gathered.remove());
    }
    sound.write(batch);
  }

  @Override
  public void flush() {
    files.flush();
  }

  /** It takes what it has flushed for all there is. */
  @Override
  public Optional<byte[]> getDurable(Family family, byte[] key) {
    return files.getDurable(family, key).flatMap(_ -> sound.get(family, key));
  }

  @Override
  public void close() {
    sound.close();
    files.close();
  }
}
