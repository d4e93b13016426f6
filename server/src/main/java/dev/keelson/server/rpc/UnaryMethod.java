package dev.keelson.server.rpc;

import java.util.function.Predicate;

/**
 * How one unary method is served.
 *
 * @param allowedOnLearner P2: which requests a learner may answer
 * @param need what it asks of its caller
 */
record UnaryMethod<Q, R>(
    String name,
    WireReader<Q> reader,
    Predicate<Q> allowedOnLearner,
    AccessTable.Need need,
    UnaryHandler<Q, R> handler,
    MethodMeasures measures) {}
