/**
 * Tests that break things: whole clusters as real processes, killed, paused, starved of disk and
 * fed with nonsense. What they are made of is among the tests.
 */
@NullMarked
package dev.keelson.chaos;

import org.jspecify.annotations.NullMarked;
