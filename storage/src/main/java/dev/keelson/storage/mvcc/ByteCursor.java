package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.InvariantViolation;
import java.util.Objects;

/** Reads an encoding from front to back. Reading past its end means that it is damaged. */
final class ByteCursor {
  private final byte[] source;
  private final int end;
  private int at;

  ByteCursor(byte[] source, int from, int to) {
    Objects.checkFromToIndex(from, to, source.length);
    this.source = source;
    this.at = from;
    this.end = to;
  }

  boolean hasNext() {
    return at < end;
  }

  byte next() {
    if (at >= end) { // not Invariant.check: no arguments to box for each byte
      throw new InvariantViolation("a stored record ends at byte " + at);
    }
    return source[at++];
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte part = next();
      value |= (part & 0x7fL) << shift;
      if (part >= 0) {
        return value;
      }
    }
    throw new InvariantViolation("a stored number does not end at byte " + at);
  }

  long fixed64() {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (next() & 0xff);
    }
    return value;
  }

  int fixed32() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      value = value << 8 | (next() & 0xff);
    }
    return value;
  }

  /** A view of the next bytes, not a copy. */
  Bytes bytes(long length) {
    if (length < 0 || length > end - at) {
      throw new InvariantViolation("a stored field of " + length + " bytes at " + at);
    }
    var view = Bytes.wrap(source, at, (int) length);
    at += (int) length;
    return view;
  }
}
