/** Services that find each other. */
@NullMarked
package dev.keelson.examples.registry;

import org.jspecify.annotations.NullMarked;
