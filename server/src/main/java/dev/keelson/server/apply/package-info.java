/** The state machine: one writer that turns committed commands into state and results. No clock. */
@NullMarked
package dev.keelson.server.apply;

import org.jspecify.annotations.NullMarked;
