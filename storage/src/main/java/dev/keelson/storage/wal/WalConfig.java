package dev.keelson.storage.wal;

/**
 * Sizes of the log, all of them bounds.
 *
 * @param segmentBytes a segment is followed by a new one before it would grow past this; only a
 *     single larger append may exceed it
 * @param allocationBytes zeros are written ahead of the records in steps of this size
 * @param tailBytes recent entries kept in memory, so that followers are served without disk reads;
 *     exceeded only by entries that wait to be written, which the queue bounds
 * @param queueAppends appends that may wait for the writer
 * @param queueBytes payload bytes that may wait for the writer; one larger append may wait alone
 */
public record WalConfig(
    int segmentBytes, int allocationBytes, long tailBytes, int queueAppends, long queueBytes) {
  private static final int MIB = 1 << 20;

  /**
   * The tail is short: entries that die young cost the collector nothing, and a follower that is
   * further behind is served from the page cache.
   */
  public static final WalConfig DEFAULT = new WalConfig(64 * MIB, MIB, MIB, 4096, 64L * MIB);

  public WalConfig {
    checkRange("segmentBytes", segmentBytes, 1 << 10, 1 << 30);
    checkRange("allocationBytes", allocationBytes, 1 << 9, 64L * MIB);
    checkRange("tailBytes", tailBytes, 0, 256L * MIB);
    checkRange("queueAppends", queueAppends, 1, 1 << 20);
    checkRange("queueBytes", queueBytes, 1, 1L << 30);
  }

  public WalConfig withSegmentBytes(int bytes) {
    return new WalConfig(bytes, allocationBytes, tailBytes, queueAppends, queueBytes);
  }

  public WalConfig withAllocationBytes(int bytes) {
    return new WalConfig(segmentBytes, bytes, tailBytes, queueAppends, queueBytes);
  }

  public WalConfig withTailBytes(long bytes) {
    return new WalConfig(segmentBytes, allocationBytes, bytes, queueAppends, queueBytes);
  }

  public WalConfig withQueue(int appends, long bytes) {
    return new WalConfig(segmentBytes, allocationBytes, tailBytes, appends, bytes);
  }

  private static void checkRange(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " is " + value + ", must be from " + least + " to " + most);
    }
  }
}
