package dev.keelson.server.rpc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what calls hold, against the budget (MEM-bound, OV-shed). Whoever is admitted releases the
 * same amount once. Thread-safe.
 */
final class Admission {
  /** Calls are counted above the bytes, so that one atomic step judges both. */
  private static final int BYTE_BITS = 40;

  private static final long BYTE_MASK = (1L << BYTE_BITS) - 1;

  private final CallBudget budget;
  private final AtomicLong inbound = new AtomicLong();
  private final AtomicInteger streams = new AtomicInteger();
  private final AtomicLong outboundBytes = new AtomicLong();

  Admission(CallBudget budget) {
    this.budget = budget;
  }

  /** False if this call is one too many, or its request too much on top of the others. */
  boolean admitCall(int requestBytes) {
    long load = inbound.addAndGet(oneCall(requestBytes));
    if (load >>> BYTE_BITS > budget.maxCalls() || (load & BYTE_MASK) > budget.maxInboundBytes()) {
      releaseCall(requestBytes);
      return false;
    }
    return true;
  }

  void releaseCall(int requestBytes) {
    inbound.addAndGet(-oneCall(requestBytes));
  }

  /** False if there are as many streams already as there may be calls. */
  boolean admitStream() {
    if (streams.incrementAndGet() > budget.maxCalls()) {
      streams.decrementAndGet();
      return false;
    }
    return true;
  }

  void releaseStream() {
    streams.decrementAndGet();
  }

  /** False if there is no room for more of a request that has not come whole yet. */
  boolean holdPartial(int bytes) {
    if (bytes <= 0) {
      inbound.addAndGet(bytes);
      return true;
    }
    if ((inbound.addAndGet(bytes) & BYTE_MASK) > budget.maxInboundBytes()) {
      inbound.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void releasePartial(int bytes) {
    inbound.addAndGet(-bytes);
  }

  /** Whether another large answer may be made at all. */
  boolean hasOutboundRoom() {
    return outboundBytes.get() < budget.maxOutboundBytes();
  }

  void holdAnswer(long bytes) {
    outboundBytes.addAndGet(bytes);
  }

  void releaseAnswer(long bytes) {
    outboundBytes.addAndGet(-bytes);
  }

  int calls() {
    return (int) (inbound.get() >>> BYTE_BITS);
  }

  long inboundBytes() {
    return inbound.get() & BYTE_MASK;
  }

  private static long oneCall(int requestBytes) {
    return (1L << BYTE_BITS) + requestBytes;
  }
}
