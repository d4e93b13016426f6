/**
 * The client: connections, keys and values, transactions, watches and leases of a cluster that
 * speaks the etcd v3 API. Start at {@link dev.keelson.client.KeelsonClient}.
 */
@NullMarked
package dev.keelson.client;

import org.jspecify.annotations.NullMarked;
