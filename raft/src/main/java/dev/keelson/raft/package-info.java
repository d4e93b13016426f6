/**
 * The consensus core: a deterministic state machine that is given inputs and returns effects. It
 * owns no thread, socket, file, clock or random source.
 */
@NullMarked
package dev.keelson.raft;

import org.jspecify.annotations.NullMarked;
