package dev.keelson.server.transport;

import dev.keelson.api.peer.FrameKind;
import dev.keelson.raft.Message;
import io.netty.buffer.Unpooled;

/** Messages as the bytes that pass between members, for those who carry them in another way. */
public final class PeerFrames {
  private PeerFrames() {}

  /** The whole frame. */
  public static byte[] encode(Message message) {
    var buffer = Unpooled.buffer(Math.toIntExact(MessageCodec.boundOf(message)));
    MessageCodec.write(message, buffer);
    var frame = new byte[buffer.readableBytes()];
    buffer.readBytes(frame);
    return frame;
  }

  /**
   * Reads a frame that {@link #encode} has made.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  public static Message decode(byte[] frame, long from, long to) {
    var buffer = Unpooled.wrappedBuffer(frame);
    int length = buffer.readInt();
    int checksum = buffer.readInt();
    if (length != buffer.readableBytes()
        || checksum != Frames.checksum(buffer, buffer.readerIndex(), length)) {
      throw new IllegalArgumentException("a damaged frame");
    }
    try {
      var kind = FrameKind.forNumber(buffer.readUnsignedByte());
      if (kind == null) {
        throw new IllegalArgumentException("a frame of no known kind");
      }
      return MessageCodec.read(kind, buffer, from, to);
    } catch (FrameException e) {
      throw new IllegalArgumentException("a damaged message", e);
    }
  }
}
