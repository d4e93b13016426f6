package dev.keelson.server.rpc;

/**
 * What calls may hold at once, all clients together (MEM-bound). Past it they are refused.
 *
 * @param maxCalls unary calls under way, and as many streaming ones
 * @param maxInboundBytes requests that are received and not answered yet
 * @param maxOutboundBytes large answers that clients have not taken yet
 * @param maxQueuedRangeReads range reads that wait for a thread
 */
public record CallBudget(
    int maxCalls, long maxInboundBytes, long maxOutboundBytes, int maxQueuedRangeReads) {
  public static final CallBudget DEFAULT = new CallBudget(100_000, 64L << 20, 256L << 20, 10_000);
}
