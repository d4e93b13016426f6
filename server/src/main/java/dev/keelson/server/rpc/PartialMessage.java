package dev.keelson.server.rpc;

import io.netty.buffer.ByteBuf;

/**
 * Where one stream stands in its gRPC messages: each is a flag, a length of four bytes, and so many
 * bytes.
 */
final class PartialMessage {
  private static final int PREFIX_BYTES = 5;

  private final int maxMessageBytes;
  private int prefixSeen;
  private long announced;
  private long missing;
  private int held;

  PartialMessage(int maxMessageBytes) {
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Whether a stream's frame is one message, from its first byte to its last. */
  static boolean isWhole(ByteBuf data, int maxMessageBytes) {
    int length = data.readableBytes();
    if (length < PREFIX_BYTES) {
      return false;
    }
    long announced = data.getUnsignedInt(data.readerIndex() + 1);
    return announced <= maxMessageBytes && announced + PREFIX_BYTES == length;
  }

  /** Takes the next bytes into account; false at a message that announces too much. */
  boolean add(ByteBuf data) {
    int index = data.readerIndex();
    int end = data.writerIndex();
    while (index < end) {
      if (prefixSeen < PREFIX_BYTES) {
        if (prefixSeen > 0) {
          announced = announced << 8 | data.getUnsignedByte(index);
        }
        prefixSeen++;
        index++;
        held++;
        if (prefixSeen == PREFIX_BYTES) {
          missing = announced;
          if (announced > maxMessageBytes) {
            return false;
          }
        }
      } else {
        int taken = (int) Math.min(missing, end - index);
        missing -= taken;
        index += taken;
        held += taken;
      }
      if (prefixSeen == PREFIX_BYTES && missing == 0) {
        prefixSeen = 0;
        announced = 0;
        held = 0;
      }
    }
    return true;
  }

  /** What is kept of a message that is not whole. */
  int heldBytes() {
    return held;
  }

  /** The bytes added last are not kept after all: the stream ends here. */
  void undo(int heldBefore) {
    held = heldBefore;
  }

  long announcedBytes() {
    return announced;
  }
}
