package dev.keelson.storage.snapshot;

/** A byte of a snapshot: file by file in the manifest's order. */
public record ChunkPosition(int fileIndex, long offset) {}
