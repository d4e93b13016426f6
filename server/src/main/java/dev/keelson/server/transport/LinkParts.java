package dev.keelson.server.transport;

import dev.keelson.raft.RandomSource;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.time.Clock;
import io.netty.channel.EventLoopGroup;

/** What all connections of one transport share. */
record LinkParts(
    ServerIdentity self,
    TransportConfig config,
    Handshake handshake,
    Dialler dialler,
    EventLoopGroup loop,
    PeerListener listener,
    LogLimiter limiter,
    Clock clock,
    RandomSource random) {}
