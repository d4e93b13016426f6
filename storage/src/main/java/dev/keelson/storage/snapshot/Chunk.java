package dev.keelson.storage.snapshot;

import dev.keelson.raft.Bytes;
import java.util.zip.CRC32C;

/**
 * A piece of one file.
 *
 * @param checksum CRC-32C of the bytes
 */
public record Chunk(int fileIndex, long offset, Bytes bytes, int checksum) {

  /** A piece with the checksum of its bytes. */
  public static Chunk of(ChunkPosition position, Bytes bytes) {
    return new Chunk(position.fileIndex(), position.offset(), bytes, checksum(bytes));
  }

  boolean isIntact() {
    return checksum == checksum(bytes);
  }

  private static int checksum(Bytes bytes) {
    var crc = new CRC32C();
    crc.update(bytes.backingArray(), bytes.backingOffset(), bytes.length());
    return (int) crc.getValue();
  }
}
