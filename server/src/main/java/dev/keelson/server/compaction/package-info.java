/** Compactions that nobody asks for: by age or by number of revisions. */
@NullMarked
package dev.keelson.server.compaction;

import org.jspecify.annotations.NullMarked;
