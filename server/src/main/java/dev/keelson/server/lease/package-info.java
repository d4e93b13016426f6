/**
 * Keeps the time of leases in a running member: the thread around the lessor, what clients and
 * peers ask it, and what it puts in the log.
 */
@NullMarked
package dev.keelson.server.lease;

import org.jspecify.annotations.NullMarked;
