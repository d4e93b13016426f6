/**
 * Measures this client beside jetcd, the other Java client of the same API, on the same cluster.
 */
@NullMarked
package dev.keelson.clientbench;

import org.jspecify.annotations.NullMarked;
