package dev.keelson.storage.disk;

/** What a loss of power leaves of that which was not synced. */
public enum Survival {
  /** Nothing: the least a file system may keep. */
  NOTHING,
  /** All of it, as if the machine had had the time. */
  EVERYTHING,
  /**
   * By the disk's seed: prefixes torn at any byte, or any subset of sectors; of the changes of
   * names a prefix, or any.
   */
  TORN
}
