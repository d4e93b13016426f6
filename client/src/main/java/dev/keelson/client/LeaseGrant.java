package dev.keelson.client;

import java.time.Duration;

/**
 * A lease that was granted.
 *
 * @param ttl how long it lives without being renewed; the server may give more than was asked for
 */
public record LeaseGrant(long id, Duration ttl) {}
