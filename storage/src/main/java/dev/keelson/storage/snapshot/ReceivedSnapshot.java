package dev.keelson.storage.snapshot;

import java.nio.file.Path;

/**
 * A snapshot that has arrived whole: verified and durable, not yet in use.
 *
 * @param files the directory that holds its files and nothing else
 */
public record ReceivedSnapshot(SnapshotManifest manifest, Path files) {}
