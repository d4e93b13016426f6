/**
 * Watchers: changes out, as they are applied or from history. The hub is owned by one thread and
 * never waits; reading history is another thread's work.
 */
@NullMarked
package dev.keelson.server.watch;

import org.jspecify.annotations.NullMarked;
