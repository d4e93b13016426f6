/**
 * Whole groups in one thread and virtual time: a network that loses, doubles and delays, disks that
 * lose what was not synced, and checkers that look at every step.
 */
@NullMarked
package dev.keelson.raft.simulation;

import org.jspecify.annotations.NullMarked;
