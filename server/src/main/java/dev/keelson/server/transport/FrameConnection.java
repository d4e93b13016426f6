package dev.keelson.server.transport;

import com.google.protobuf.MessageLite;
import dev.keelson.api.peer.FrameKind;
import dev.keelson.server.transport.Closing.Cause;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.util.List;

/**
 * One TCP connection that speaks frames. Belongs to the event loop.
 *
 * <p>Silence is counted in ticks and not in time, so that a member which was itself paused does not
 * take its own absence for its peers'.
 */
final class FrameConnection extends ByteToMessageDecoder {
  /** Enough for a handshake. Nobody who has not said who they are can make us hold more. */
  static final int HANDSHAKE_FRAME_BYTES = 4096;

  private final Channel channel;
  private final FrameHandler handler;
  private int maxFrameBytes = HANDSHAKE_FRAME_BYTES;
  private boolean open = true;
  private boolean heard;
  private int silentTicks;
  private long backlogAtTick;

  FrameConnection(Channel channel, FrameHandler handler) {
    this.channel = channel;
    this.handler = handler;
  }

  /** The handshake is done: larger frames may come. */
  void allowFrames(int maxBytes) {
    maxFrameBytes = maxBytes;
  }

  boolean isOpen() {
    return open;
  }

  /** Whether more may be written without holding too much memory. */
  boolean isWritable() {
    return open && channel.isWritable();
  }

  ByteBuf allocate(int bytes) {
    return channel.alloc().directBuffer(bytes);
  }

  /** Sends one frame at once. */
  void send(FrameKind kind, MessageLite body) {
    if (open) {
      var frame = allocate(Frames.HEADER_BYTES + Frames.KIND_BYTES + body.getSerializedSize());
      Frames.write(frame, kind, body);
      write(frame);
      flush();
    }
  }

  /** Takes the buffer over; it leaves with the next flush. */
  void write(ByteBuf frames) {
    if (open) {
      var _ = channel.write(frames, channel.voidPromise()); // a failure ends the connection
    } else {
      frames.release();
    }
  }

  void flush() {
    channel.flush();
  }

  /** The other side waits for us; we do not wait for it. */
  void stopReading() {
    channel.config().setAutoRead(false);
  }

  void resumeReading() {
    channel.config().setAutoRead(true);
  }

  /**
   * Whether both ends are one socket: TCP lets a dial to a free port of this machine meet itself,
   * and holds the port that its owner may be about to take.
   */
  boolean meetsItself() {
    return channel.localAddress().equals(channel.remoteAddress());
  }

  String remote() {
    return String.valueOf(channel.remoteAddress());
  }

  /** Called once per tick; true if nothing was heard in this many ticks together. */
  boolean isSilent(int limitTicks) {
    boolean reading = channel.config().isAutoRead();
    long backlog = channel.bytesBeforeWritable();
    // A full socket that drains is a slow peer, not a dead one: its answers wait behind the rest.
    boolean draining = backlogAtTick > 0 && backlog < backlogAtTick;
    silentTicks = heard || draining || !reading ? 0 : silentTicks + 1;
    heard = false;
    backlogAtTick = backlog;
    return silentTicks >= limitTicks;
  }

  /** Ends the connection; what was written before leaves first. */
  void close(Cause cause, String detail) {
    if (open) {
      open = false;
      channel.flush();
      handler.onClosed(this, new Closing(cause, detail)); // said before the other side can see it
      var _ = channel.close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    handler.onOpen(this);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws IOException {
    if (!open) {
      in.skipBytes(in.readableBytes());
      return;
    }
    while (open && in.readableBytes() >= Frames.HEADER_BYTES + Frames.KIND_BYTES) {
      int length = in.getInt(in.readerIndex());
      if (length < Frames.KIND_BYTES || length > maxFrameBytes) {
        throw new FrameException(Frames.describeBadLength(in, length, maxFrameBytes));
      }
      if (in.readableBytes() < Frames.HEADER_BYTES + length) {
        return;
      }
      readFrame(in, length);
    }
  }

  private void readFrame(ByteBuf in, int length) throws IOException {
    int content = in.readerIndex() + Frames.HEADER_BYTES;
    int expected = in.getInt(in.readerIndex() + Integer.BYTES);
    if (Frames.checksum(in, content, length) != expected) {
      throw new FrameException("checksum of a frame of " + length + " bytes is wrong");
    }
    in.readerIndex(content);
    int number = in.readUnsignedByte();
    var kind = FrameKind.forNumber(number);
    if (kind == null) {
      throw new FrameException("unknown kind of frame " + number);
    }
    heard = true;
    handler.onFrame(this, kind, in.readSlice(length - Frames.KIND_BYTES));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    if (channel.config().isAutoRead()) {
      super.channelReadComplete(context);
    } else {
      // The decoder would read on, since it passes nothing further; but we were told to wait.
      discardSomeReadBytes();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (isWritable()) {
      handler.onWritable(this);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context); // whole frames that have arrived still count
    close(Cause.CLOSED_BY_PEER, "connection closed");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
    Throwable cause =
        thrown instanceof DecoderException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    switch (cause) {
      case FrameException bad -> close(Cause.BAD_FRAME, String.valueOf(bad.getMessage()));
      case IOException failed -> close(Cause.IO_ERROR, String.valueOf(failed.getMessage()));
      default -> {
        close(Cause.OUR_FAULT, String.valueOf(cause));
        // OV-oom: our own bug must not pass for a bad peer. Netty would swallow it.
        LinkParts.report(cause);
      }
    }
  }
}
