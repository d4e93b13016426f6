package dev.keelson.raft;

/**
 * What a member remembers when it starts.
 *
 * @param base a position within the log, or just before it, and the configuration in force there:
 *     that of the group's birth, or the latest snapshot's. Later configurations are read from the
 *     log
 * @param appliedIndex what the state machine has applied; at or after the base
 */
public record RestoredState(HardState hardState, SnapshotDescriptor base, long appliedIndex) {}
