/** Snapshots on their way: out to members that are too far behind, in to take the store's place. */
@NullMarked
package dev.keelson.server.snapshot;

import org.jspecify.annotations.NullMarked;
