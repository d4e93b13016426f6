/** What clients do to a cluster, over its own protocol, and how that becomes a history. */
@NullMarked
package dev.keelson.chaos.workload;

import org.jspecify.annotations.NullMarked;
