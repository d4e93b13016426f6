package dev.keelson.storage.mvcc.engine;

/** A file of an engine that never changes once it is written. */
public record EngineFile(String name, long bytes) {}
