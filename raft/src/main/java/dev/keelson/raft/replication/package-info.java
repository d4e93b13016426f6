/** The leader's view of each follower, and how much it may have in flight to it. */
@NullMarked
package dev.keelson.raft.replication;

import org.jspecify.annotations.NullMarked;
