package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;

/**
 * A key at a revision (M5).
 *
 * @param createRevision main revision of the put that began this life of the key
 * @param modRevision main revision of this put
 * @param version number of puts in this life, from 1
 * @param lease id stored by this put; 0 if none
 */
public record KeyValue(
    Bytes key, long createRevision, long modRevision, long version, Bytes value, long lease) {}
