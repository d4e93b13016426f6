package dev.keelson.server.replica;

import dev.keelson.server.measure.Distribution;
import java.util.concurrent.atomic.LongAdder;

/** What writing the log takes. Recorded once a batch. */
public final class WalMeasures {
  private final Distribution syncs = Distribution.ofSeconds(0.001, 2, 14);
  private final Distribution batches = Distribution.ofCounts(13);
  private final LongAdder bytes = new LongAdder();

  void synced(long nanos, int appends, long payloadBytes) {
    syncs.record(nanos);
    batches.record(appends);
    bytes.add(payloadBytes);
  }

  /** Seconds of an fdatasync. */
  public Distribution syncs() {
    return syncs;
  }

  /** Appends that one fdatasync made durable. */
  public Distribution batches() {
    return batches;
  }

  /** Bytes of the entries' payloads that were made durable. */
  public long bytes() {
    return bytes.sum();
  }
}
