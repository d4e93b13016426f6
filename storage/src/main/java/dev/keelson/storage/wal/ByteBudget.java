package dev.keelson.storage.wal;

/** Lets at least one item pass, then as many as stay within the bytes. */
final class ByteBudget {
  private final long maxBytes;
  private long taken;
  private boolean any;

  ByteBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  boolean take(long bytes) {
    if (any && taken + bytes > maxBytes) {
      return false;
    }
    any = true;
    taken += bytes;
    return true;
  }
}
