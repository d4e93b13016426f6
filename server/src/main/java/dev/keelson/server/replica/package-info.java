/** The one thread around the Raft node, and what waits for it. */
@NullMarked
package dev.keelson.server.replica;

import org.jspecify.annotations.NullMarked;
