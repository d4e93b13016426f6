package dev.keelson.embedded;

import dev.keelson.server.Machine;
import dev.keelson.server.MemberTuning;
import dev.keelson.server.space.DiskSpace;
import dev.keelson.server.transport.PeerFilter;
import dev.keelson.storage.disk.MemoryDisk;
import dev.keelson.storage.mvcc.engine.MemoryEngines;
import dev.keelson.storage.work.Workers;

/**
 * A machine whose disk is a share of the heap. What is stored is there up to three times: in the
 * engine, in its files, and in the log until the engine has flushed.
 *
 * @param heapBytes the share
 */
record MemoryMachine(MemoryDisk disk, long heapBytes) {
  private static final long LEAST_FLUSH_BYTES = 1L << 20;
  private static final int FLUSHES_IN_HEAP = 32;
  private static final int LOG_STEP_BYTES = 1 << 16;

  static MemoryMachine of(long heapBytes) {
    return new MemoryMachine(new MemoryDisk(heapBytes), heapBytes);
  }

  Machine with(Workers workers, PeerFilter peers) {
    return new Machine(
        tuning(), workers, disk, new MemoryEngines(disk), new Share(heapBytes / 2), peers);
  }

  private MemberTuning tuning() {
    var usual = MemberTuning.of(heapBytes);
    long flushBytes =
        Math.clamp(heapBytes / FLUSHES_IN_HEAP, LEAST_FLUSH_BYTES, usual.flushBytes());
    return new MemberTuning(
        usual.store(),
        usual.log().withAllocationBytes(LOG_STEP_BYTES),
        usual.watch(),
        flushBytes,
        usual.flushAgeNanos(),
        4 * flushBytes);
  }

  /** Its size bounds the store by the quota, which is a part of it: so it is never full. */
  private record Share(long totalBytes) implements DiskSpace {
    @Override
    public long usableBytes() {
      return totalBytes;
    }
  }
}
