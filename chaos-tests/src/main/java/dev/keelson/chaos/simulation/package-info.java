/**
 * Whole clusters in one thread, on virtual time, with everything that can go wrong (2.1 to 2.8).
 */
@NullMarked
package dev.keelson.chaos.simulation;

import org.jspecify.annotations.NullMarked;
