package dev.keelson.server.rpc;

import dev.keelson.server.http.HealthMeasures;
import dev.keelson.server.http.HttpEndpoint;

/**
 * What a client port counts, and where it is told.
 *
 * @param endpoint answers GET /metrics
 */
public record Monitoring(CallMeasures calls, HealthMeasures health, HttpEndpoint endpoint) {}
