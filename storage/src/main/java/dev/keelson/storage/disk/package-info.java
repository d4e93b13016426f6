/** The only door to files, so that a simulated disk can lose, tear, damage and refuse. */
@NullMarked
package dev.keelson.storage.disk;

import org.jspecify.annotations.NullMarked;
