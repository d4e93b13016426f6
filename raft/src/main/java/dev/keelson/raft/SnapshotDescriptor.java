package dev.keelson.raft;

import dev.keelson.raft.membership.Configuration;

/**
 * What a snapshot stands for: all entries up to a position, and the members in force there (Raft
 * 7).
 */
public record SnapshotDescriptor(LogPosition position, Configuration configuration) {}
