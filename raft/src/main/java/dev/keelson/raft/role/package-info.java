/** What a member does in each role, and the one place where roles change. */
@NullMarked
package dev.keelson.raft.role;

import org.jspecify.annotations.NullMarked;
