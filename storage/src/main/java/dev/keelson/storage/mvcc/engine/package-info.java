/**
 * An ordered byte store with families, atomic batches and snapshots, written lazily behind the log.
 * RocksDB in production, a tree in memory in simulations and embedded members.
 */
@NullMarked
package dev.keelson.storage.mvcc.engine;

import org.jspecify.annotations.NullMarked;
