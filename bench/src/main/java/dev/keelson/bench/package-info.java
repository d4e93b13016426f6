/**
 * The load generator: asynchronous clients that speak only the etcd v3 wire, so that any endpoint
 * which speaks it can be measured with the same instrument.
 */
@NullMarked
package dev.keelson.bench;

import org.jspecify.annotations.NullMarked;
