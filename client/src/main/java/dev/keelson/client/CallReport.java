package dev.keelson.client;

import dev.keelson.api.status.StatusCode;
import java.time.Duration;

/**
 * How a call ended.
 *
 * @param endpoint the member that was asked last; empty when none was
 * @param code OK, or the code of the failure
 * @param indefinite whether something may have been changed by a call that failed
 * @param attempts how many times it was sent or tried to be
 */
public record CallReport(
    String method,
    String endpoint,
    StatusCode code,
    boolean indefinite,
    int attempts,
    Duration duration) {}
