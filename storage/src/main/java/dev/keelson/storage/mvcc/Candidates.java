package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;

/** The visible keys of a range at one revision, ascending (R8). Values are fetched on demand. */
interface Candidates extends AutoCloseable {
  /** Moves on; false at the end. The rest needs a true before it. */
  boolean next();

  Bytes key();

  Head head();

  /** A key that was seen, with its value. */
  KeyValue load(Bytes key, Head head);

  @Override
  void close();
}
