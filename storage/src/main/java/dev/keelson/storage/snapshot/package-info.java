/** Checkpoints of the store: listed, shipped file by file, and installed by one switch. */
@NullMarked
package dev.keelson.storage.snapshot;

import org.jspecify.annotations.NullMarked;
