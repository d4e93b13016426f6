/** The mathematics of majorities, single and joint. No state, no effects. */
@NullMarked
package dev.keelson.raft.quorum;

import org.jspecify.annotations.NullMarked;
