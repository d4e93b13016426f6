package dev.keelson.raft;

/** One slot of the replicated log. */
public record Entry(long term, long index, EntryType type, Bytes payload) {
  public LogPosition position() {
    return new LogPosition(term, index);
  }
}
