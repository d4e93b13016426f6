/** Reads what is on disk before it is needed. */
@NullMarked
package dev.keelson.server.scrub;

import org.jspecify.annotations.NullMarked;
