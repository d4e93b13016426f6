package dev.keelson.server.lease;

import dev.keelson.server.replica.Replica;
import dev.keelson.server.transport.LeaseCourier;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the lease thread works with.
 *
 * @param owner goes on with something on the lease thread, in the order of the calls
 * @param clock monotonic, from near 0 on
 * @param requestTimeoutNanos how long a question may wait for its answer (L8)
 */
record LeaseParts(
    Replica replica,
    LeaseCourier courier,
    Executor owner,
    LongSupplier clock,
    long requestTimeoutNanos,
    Counters counters) {

  /**
   * Counts what happened.
   *
   * @param questions of clients that wait for an answer
   */
  record Counters(
      LongAdder questions,
      LongAdder granted,
      LongAdder revoked,
      LongAdder renewed,
      LongAdder expired) {
    Counters() {
      this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  long now() {
    return clock.getAsLong();
  }

  long deadlineNanos() {
    return now() + requestTimeoutNanos;
  }
}
