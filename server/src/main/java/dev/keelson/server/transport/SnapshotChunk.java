package dev.keelson.server.transport;

import dev.keelson.raft.Bytes;

/**
 * A part of a file. Its checksum was verified by the connection.
 *
 * @param file its place in the manifest
 * @param offset where in the file the data belong
 */
public record SnapshotChunk(int file, long offset, Bytes data) {}
