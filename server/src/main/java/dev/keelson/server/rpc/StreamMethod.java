package dev.keelson.server.rpc;

/**
 * How one streaming method is served.
 *
 * @param allowedOnLearner P2: whether a learner serves it
 */
record StreamMethod<Q, R>(
    String name,
    WireReader<Q> reader,
    boolean allowedOnLearner,
    StreamHandler<Q, R> handler,
    MethodMeasures measures) {}
