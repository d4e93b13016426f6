package dev.keelson.server.lease;

/**
 * Counters since the start.
 *
 * @param leases that exist now
 * @param renewed by this member as leader
 * @param expired that this member, as leader, has had revoked
 */
public record LeaseStats(long leases, long granted, long revoked, long renewed, long expired) {}
