/**
 * What services build of leases, transactions and watches: locks, elections and the like. A lock
 * here protects what is in the store, by its guard; it does not by itself protect anything outside,
 * where only the fencing token does.
 */
@NullMarked
package dev.keelson.client.recipe;

import org.jspecify.annotations.NullMarked;
