package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;

/** One step of a key's history. */
public sealed interface Change {
  Revision revision();

  Bytes key();

  /** The key got this version. */
  record Put(Revision revision, KeyValue kv) implements Change {
    @Override
    public Bytes key() {
      return kv.key();
    }
  }

  /** The key ended. */
  record Delete(Revision revision, Bytes key) implements Change {}
}
