/**
 * A local view of a range of keys that follows the store, with indexes and listeners. Built on what
 * every user of the client has.
 */
@NullMarked
package dev.keelson.client.cache;

import org.jspecify.annotations.NullMarked;
