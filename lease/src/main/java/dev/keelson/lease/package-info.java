/**
 * The lessor: which leases there are, and when each of them ends. Pure: one owner, no threads, and
 * the time is an argument.
 */
@NullMarked
package dev.keelson.lease;

import org.jspecify.annotations.NullMarked;
