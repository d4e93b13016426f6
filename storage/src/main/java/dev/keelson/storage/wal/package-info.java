/** The replicated log on disk: segments of checked records, recovered after any crash. */
@NullMarked
package dev.keelson.storage.wal;

import org.jspecify.annotations.NullMarked;
