/** Work that one of several processes does. */
@NullMarked
package dev.keelson.examples.worker;

import org.jspecify.annotations.NullMarked;
