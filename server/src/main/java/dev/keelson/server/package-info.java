/** A running member: everything is wired here, and closed here in reverse order. */
@NullMarked
package dev.keelson.server;

import org.jspecify.annotations.NullMarked;
