/** The log as the core sees it: what is durable, committed and applied, and where two logs part. */
@NullMarked
package dev.keelson.raft.log;

import org.jspecify.annotations.NullMarked;
