package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import java.util.zip.CRC32C;

/**
 * What each thing that is stored adds to the hash of the state (DV-hash). The hash is the sum over
 * all that is there, so that a change costs the same however much there is, and the order in which
 * things came does not count.
 */
final class ContentHash {
  /** Rises whenever one of these functions changes: hashes of two versions are not compared. */
  static final int VERSION = 1;

  private ContentHash() {}

  static long of(StoredLease lease) {
    long times = lease.ttlSeconds() * 31 + lease.remainingSeconds();
    return scramble(scramble(lease.id()) ^ scramble(times) + lease.epoch());
  }

  /** Of a visible key: the checksum is that of its encoded version, with key and value. */
  static long of(Head head) {
    return scramble(
        ((long) head.checksum() << 32) ^ head.main() * 0x9e3779b97f4a7c15L + head.sub());
  }

  /** Of what the server keeps beside the keys. */
  static long of(Bytes metaKey, Bytes value) {
    return scramble((checksum(metaKey) << 32) ^ scramble(checksum(value)) + value.length());
  }

  /** The next link of a chain over all changes: the content hashes to this after the newest. */
  static long chain(long link, long content) {
    return scramble(link ^ content) + content;
  }

  private static long checksum(Bytes bytes) {
    var crc = new CRC32C();
    crc.update(bytes.backingArray(), bytes.backingOffset(), bytes.length());
    return crc.getValue();
  }

  /** Keeps equal changes of two parts of a sum from cancelling each other. */
  static long scramble(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
