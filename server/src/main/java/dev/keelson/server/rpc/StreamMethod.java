package dev.keelson.server.rpc;

/**
 * How one streaming method is served.
 *
 * @param allowedOnLearner P2: whether a learner serves it
 * @param need what it asks of its caller
 */
record StreamMethod<Q, R>(
    String name,
    WireReader<Q> reader,
    boolean allowedOnLearner,
    AccessTable.Need need,
    StreamHandler<Q, R> handler,
    MethodMeasures measures) {}
