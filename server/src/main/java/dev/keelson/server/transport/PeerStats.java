package dev.keelson.server.transport;

import dev.keelson.server.measure.Distribution;

/**
 * What passed between us and a peer since start.
 *
 * @param connected whether messages can be sent to it now
 * @param roundTripNanos of the latest ping; 0 if none was answered yet
 * @param queuedBytes wait to be sent, estimated
 * @param droppedMessages not sent: no connection, or too much was waiting
 * @param disconnects of the connection over which we send
 * @param roundTrips seconds, of all pings; goes on counting
 */
public record PeerStats(
    long peer,
    boolean connected,
    long roundTripNanos,
    long sentBytes,
    long receivedBytes,
    long sentMessages,
    long receivedMessages,
    long queuedBytes,
    long droppedMessages,
    long disconnects,
    Distribution roundTrips) {}
