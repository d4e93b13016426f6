package dev.keelson.storage.mvcc;

/** A change of a committed batch, with what its batch knew of the state before its revision. */
public record AppliedChange(Change change, Previous previous) {

  /** The key as of the revision before. */
  public sealed interface Previous {
    /** It was read already. */
    record Known(KeyValue kv) implements Previous {}

    /** The key did not exist. */
    record Absent() implements Previous {}

    /** Nobody needed it: whoever does reads it at the revision before. */
    record Unread() implements Previous {}
  }

  static final Previous ABSENT = new Previous.Absent();
  static final Previous UNREAD = new Previous.Unread();
}
