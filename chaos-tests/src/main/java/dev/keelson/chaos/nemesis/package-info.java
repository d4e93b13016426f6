/** What breaks clusters: faults, and schedules of them that are drawn from a seed. */
@NullMarked
package dev.keelson.chaos.nemesis;

import org.jspecify.annotations.NullMarked;
