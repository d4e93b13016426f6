package dev.keelson.client;

/**
 * A key as it stood at a revision.
 *
 * @param createRevision the revision at which the key began to exist
 * @param modRevision the revision of its last change
 * @param version how many times it was put since it was created; 1 on creation
 * @param lease the lease that the key ends with; 0 for none
 */
public record KeyValue(
    Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {

  /** The value as text. */
  public String text() {
    return value.utf8();
  }
}
