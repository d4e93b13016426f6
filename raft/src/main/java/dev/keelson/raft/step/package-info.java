/** What one step has decided so far. */
@NullMarked
package dev.keelson.raft.step;

import org.jspecify.annotations.NullMarked;
