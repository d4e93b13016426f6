/** Settings that change while programs run. */
@NullMarked
package dev.keelson.examples.settings;

import org.jspecify.annotations.NullMarked;
