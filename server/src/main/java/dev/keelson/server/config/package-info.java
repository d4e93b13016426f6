/** A member's configuration: flags, environment, file, and what is refused and why. */
@NullMarked
package dev.keelson.server.config;

import org.jspecify.annotations.NullMarked;
