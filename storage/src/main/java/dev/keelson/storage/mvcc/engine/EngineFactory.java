package dev.keelson.storage.mvcc.engine;

import java.nio.file.Path;

/** Opens engines of one kind. */
public interface EngineFactory {
  /** Opens what a directory holds; makes an engine where it is empty. */
  KvEngine open(Path directory);

  /** Opens an engine to look at it: nothing in the directory changes. */
  KvEngine openReadOnly(Path directory);

  /** Whether a file of such a directory belongs to the data, and not to the running engine. */
  boolean isData(String fileName);
}
