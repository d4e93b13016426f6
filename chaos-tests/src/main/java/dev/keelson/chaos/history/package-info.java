/**
 * What clients asked of a cluster and what they were told, on one monotonic clock: the only thing
 * that the checkers know. Histories live in memory or in an append-only file.
 */
@NullMarked
package dev.keelson.chaos.history;

import org.jspecify.annotations.NullMarked;
