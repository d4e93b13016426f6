package dev.keelson.server.transport;

import dev.keelson.raft.Message;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the frames of many messages in few buffers: each payload is copied once, from where the
 * log keeps it to the memory that the socket reads.
 */
final class FramePack {
  private static final long PACK_BYTES = 64 << 10;

  private final FrameConnection connection;
  private @Nullable ByteBuf buffer;
  private long messages;
  private long bytes;

  FramePack(FrameConnection connection) {
    this.connection = connection;
  }

  /**
   * Adds a message.
   *
   * @param expectedBytes what else is likely to come: a guess at the size of the buffer
   */
  void add(Message message, long expectedBytes) {
    long bound = MessageCodec.boundOf(message);
    var current = buffer;
    if (current == null || current.writableBytes() < bound) {
      push();
      current = connection.allocate((int) Math.max(bound, Math.min(PACK_BYTES, expectedBytes)));
      buffer = current;
    }
    int before = current.writerIndex();
    MessageCodec.write(message, current);
    messages++;
    bytes += current.writerIndex() - before;
  }

  /** Hands what was gathered to the connection; it leaves with the next flush. */
  void push() {
    if (buffer != null) {
      connection.write(buffer);
      buffer = null;
    }
  }

  long messages() {
    return messages;
  }

  long bytes() {
    return bytes;
  }
}
