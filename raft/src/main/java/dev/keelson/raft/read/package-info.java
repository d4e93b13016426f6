/** Linearizable reads without the log (dissertation 6.4). */
@NullMarked
package dev.keelson.raft.read;

import org.jspecify.annotations.NullMarked;
