/** Desired state in the store, and what makes it true. */
@NullMarked
package dev.keelson.examples.orchestrator;

import org.jspecify.annotations.NullMarked;
