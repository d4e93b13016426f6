/** Whole clusters as real processes, under the faults of a machine room, seen by real clients. */
@NullMarked
package dev.keelson.chaos.processes;

import org.jspecify.annotations.NullMarked;
