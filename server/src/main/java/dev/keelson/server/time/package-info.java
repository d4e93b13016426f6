/** The only place that asks the machine what time it is. */
@NullMarked
package dev.keelson.server.time;

import org.jspecify.annotations.NullMarked;
