package dev.keelson.client;

/** How often a call may be done, which decides what may be repeated. */
enum CallKind {
  /** Changes nothing, and asks for the cluster's latest state: only of members with a leader. */
  LINEARIZABLE_READ,
  /** Changes nothing, and any member may answer from what it has. */
  LOCAL_READ,
  /** A change that done twice leaves what it leaves done once. */
  REPEATABLE_WRITE,
  /** A change that is sent at most once. */
  WRITE;

  boolean isRead() {
    return this == LINEARIZABLE_READ || this == LOCAL_READ;
  }

  boolean isRepeatable() {
    return this != WRITE;
  }
}
