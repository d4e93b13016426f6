package dev.keelson.server.transport;

import dev.keelson.api.peer.FrameKind;
import dev.keelson.raft.Bytes;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * Snapshot chunks as frames, written by hand so that a file's bytes are copied no more than once.
 */
final class SnapshotFrames {
  /** Large enough for the disk, small enough that heartbeats on the same thread do not wait. */
  static final int CHUNK_BYTES = 256 << 10;

  /** Above what a chunk takes beside its data. */
  static final int CHUNK_OVERHEAD = 64;

  private SnapshotFrames() {}

  /** Reads a part of a file straight into the frame that will carry it. */
  static void writeChunk(ByteBuf out, SnapshotSource source, SnapshotPosition position, int length)
      throws IOException {
    int start = Frames.begin(out, FrameKind.SNAPSHOT_CHUNK);
    WireWriter.numbers(out, position.file(), position.offset());
    WireWriter.lengthDelimited(out, 3, length);
    source.read(position.file(), position.offset(), out.nioBuffer(out.writerIndex(), length));
    out.writerIndex(out.writerIndex() + length);
    Frames.end(out, start);
  }

  static SnapshotChunk readChunk(ByteBuf body) throws FrameException {
    var in = new WireReader(body);
    long file = 0;
    long offset = 0;
    var data = Bytes.EMPTY;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> file = in.number();
        case 2 -> offset = in.number();
        case 3 -> data = in.bytes();
        default -> in.skip();
      }
    }
    if (file < 0 || file > Integer.MAX_VALUE || offset < 0) {
      throw new FrameException("a chunk of file " + file + " at " + offset);
    }
    return new SnapshotChunk((int) file, offset, data);
  }
}
