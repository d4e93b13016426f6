/** Programs that use the store as it is meant to be used. */
@NullMarked
package dev.keelson.examples;

import org.jspecify.annotations.NullMarked;
