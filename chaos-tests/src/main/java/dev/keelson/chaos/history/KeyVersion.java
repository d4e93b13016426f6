package dev.keelson.chaos.history;

import dev.keelson.raft.Bytes;

/** A key as some revision left it (M5). */
public record KeyVersion(
    Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {

  @Override
  public String toString() {
    return key
        + "="
        + value
        + "@"
        + modRevision
        + "(create "
        + createRevision
        + ", version "
        + version
        + (lease == 0 ? ")" : ", lease " + Long.toHexString(lease) + ")");
  }
}
