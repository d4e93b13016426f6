package dev.keelson.server.transport;

import dev.keelson.api.peer.FrameKind;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** What stands behind a connection. Called on the event loop only. */
interface FrameHandler {
  void onOpen(FrameConnection connection);

  /** A whole frame whose checksum is right. The body is only valid during the call. */
  void onFrame(FrameConnection connection, FrameKind kind, ByteBuf body) throws IOException;

  /** There is room again for what waits to be written. */
  void onWritable(FrameConnection connection);

  /** The last call. Comes once for every connection that was opened. */
  void onClosed(FrameConnection connection, Closing closing);
}
