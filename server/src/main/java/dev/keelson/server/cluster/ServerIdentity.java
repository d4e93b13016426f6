package dev.keelson.server.cluster;

/** Who answers: what every response header and every handshake carries. */
public record ServerIdentity(long clusterId, long memberId) {}
