/** Clusters that scenarios run on, and the scenarios. */
@NullMarked
package dev.keelson.chaos.harness;

import org.jspecify.annotations.NullMarked;
