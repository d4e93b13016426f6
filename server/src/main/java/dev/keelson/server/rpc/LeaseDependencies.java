package dev.keelson.server.rpc;

import dev.keelson.raft.RandomSource;
import dev.keelson.server.lease.Leases;
import java.util.function.LongSupplier;

/**
 * What the services of leases, locks and elections stand on.
 *
 * @param revision R of the store here
 * @param minTtlSeconds what a shorter time is raised to (L2)
 * @param watch follows the keys that stand before others in line
 */
public record LeaseDependencies(
    Leases leases, LongSupplier revision, long minTtlSeconds, RandomSource random, KeyWatch watch) {
  private static final long MILLIS_A_SECOND = 1_000;

  /** L2. */
  public static long minTtlSeconds(int heartbeatMillis, int electionMillis) {
    long ticks = 3L * (electionMillis / heartbeatMillis) / 2;
    return Math.ceilDiv(ticks * heartbeatMillis, MILLIS_A_SECOND);
  }

  /** L1: positive, and never drawn before but by a chance of one in as many as there are. */
  long newId() {
    return Math.max(1, random.nextLong() & Long.MAX_VALUE);
  }
}
