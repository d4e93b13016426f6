package dev.keelson.server.rpc;

/**
 * What all calls of a client port share.
 *
 * @param maxMessageBytes of one request; more is refused as etcd's gRPC library does (P1)
 */
record CallEnvironment(
    CallGate gate,
    Admission admission,
    ReadPool readPool,
    FailureLog failures,
    OpenStreams streams,
    CallMeasures measures,
    Access access,
    int maxMessageBytes) {}
