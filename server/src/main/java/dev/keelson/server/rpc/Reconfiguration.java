package dev.keelson.server.rpc;

import dev.keelson.server.cluster.ReconfigurationRules;
import dev.keelson.server.replica.MembershipLog;
import java.util.function.LongSupplier;

/**
 * What changes of the members stand on.
 *
 * @param epochSeconds the wall clock: it enters ids, and decides nothing
 */
public record Reconfiguration(
    ReconfigurationRules rules, MembershipLog log, LongSupplier epochSeconds) {}
