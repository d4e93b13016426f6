/** Who takes part in the group: voters, learners, and the joint state between two voter sets. */
@NullMarked
package dev.keelson.raft.membership;

import org.jspecify.annotations.NullMarked;
