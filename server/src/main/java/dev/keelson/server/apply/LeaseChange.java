package dev.keelson.server.apply;

import dev.keelson.storage.mvcc.StoredLease;

/** What an applied entry has done to a lease. */
public sealed interface LeaseChange {

  /** It was granted, or its record was replaced. */
  record Put(StoredLease lease) implements LeaseChange {}

  /** It is gone, and its keys with it. */
  record Removed(long id) implements LeaseChange {}
}
