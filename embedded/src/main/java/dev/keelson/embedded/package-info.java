/** A cluster inside another program: for its tests, its demonstrations, or its own state. */
@NullMarked
package dev.keelson.embedded;

import org.jspecify.annotations.NullMarked;
