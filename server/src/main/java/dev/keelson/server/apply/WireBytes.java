package dev.keelson.server.apply;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.raft.Bytes;

/** Between the wire's byte strings and ours. */
public final class WireBytes {
  private WireBytes() {}

  /** One copy: the wire's string may be a slice of a larger, short-lived buffer. */
  public static Bytes of(ByteString string) {
    return string.isEmpty() ? Bytes.EMPTY : Bytes.wrap(string.toByteArray());
  }

  /** No copy: both sides are immutable. */
  public static ByteString of(Bytes bytes) {
    return bytes.isEmpty()
        ? ByteString.EMPTY
        : UnsafeByteOperations.unsafeWrap(
            bytes.backingArray(), bytes.backingOffset(), bytes.length());
  }
}
