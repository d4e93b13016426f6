package dev.keelson.storage.mvcc;

/** Protobuf's variable-length integers: seven bits a byte, lowest first. */
final class Varint {
  private Varint() {}

  static int size(long value) {
    int bits = 64 - Long.numberOfLeadingZeros(value | 1);
    return (bits + 6) / 7;
  }

  /** Returns where the next byte goes. */
  static int write(byte[] target, int at, long value) {
    int next = at;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      target[next++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[next++] = (byte) rest;
    return next;
  }
}
