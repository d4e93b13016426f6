package dev.keelson.raft;

/** Where an entry stands, and the term it was written in: together they name an entry for ever. */
public record LogPosition(long term, long index) {
  /** The position before the first entry. */
  public static final LogPosition ZERO = new LogPosition(0, 0);

  /** Whether a log ending here may lead one that ends at the other position (Raft 5.4.1). */
  public boolean isAtLeastAsUpToDateAs(LogPosition other) {
    return term != other.term ? term > other.term : index >= other.index;
  }
}
