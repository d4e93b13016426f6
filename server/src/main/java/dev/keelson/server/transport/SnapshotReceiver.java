package dev.keelson.server.transport;

import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.SnapshotBegin;
import dev.keelson.api.peer.SnapshotProgress;
import dev.keelson.api.peer.SnapshotResult;
import dev.keelson.api.peer.SnapshotResume;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotDescriptor;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives snapshots, one at a time: whoever begins last is heard. The sink is called on the thread
 * {@code keelson-snapshot}; all else belongs to the event loop.
 */
final class SnapshotReceiver {
  private static final Logger LOG = LoggerFactory.getLogger(NettyPeerTransport.class);

  /** Bytes that wait for the disk before the sender is made to wait. */
  private static final long MAX_WAITING_BYTES = 4 << 20;

  private final LinkParts parts;
  private final SnapshotSink sink;
  private final Executor diskThread;

  /** Belongs to the disk thread: the reception whose chunks the sink takes; ourselves if none. */
  private Object heard = this;

  SnapshotReceiver(LinkParts parts, SnapshotSink sink, Executor diskThread) {
    this.parts = parts;
    this.sink = sink;
    this.diskThread = diskThread;
  }

  /** What one connection brings. */
  final class Reception {
    private final FrameConnection connection;
    private final long from;
    private boolean begun;
    private boolean over;
    private long term;
    private long waitingBytes;
    private long storedBytes;

    Reception(FrameConnection connection, long from) {
      this.connection = connection;
      this.from = from;
    }

    void tick() {
      connection.send(
          FrameKind.SNAPSHOT_PROGRESS, SnapshotProgress.newBuilder().setBytes(storedBytes).build());
    }

    void onFrame(FrameKind kind, ByteBuf body) throws FrameException {
      if (kind == FrameKind.PING || over) {
        return; // a ping shows that the sender is alive, as the progress shows that we are
      }
      if (kind == FrameKind.SNAPSHOT_BEGIN && !begun) {
        onBegin(Frames.parse(body, SnapshotBegin::parseFrom));
      } else if (kind == FrameKind.SNAPSHOT_CHUNK && begun) {
        onChunk(SnapshotFrames.readChunk(body));
      } else if (kind == FrameKind.SNAPSHOT_END && begun) {
        onDisk(this::complete);
      } else {
        throw new FrameException("unexpected frame " + kind);
      }
    }

    private void onBegin(SnapshotBegin begin) throws FrameException {
      if (begin.getTerm() <= 0) {
        throw new FrameException("a snapshot of term " + begin.getTerm());
      }
      begun = true;
      term = begin.getTerm();
      var manifest = Bytes.wrap(begin.getManifest().toByteArray());
      diskThread.execute(
          () -> {
            try {
              var position = sink.begin(from, manifest);
              heard = this;
              parts.onLoop(() -> resume(position));
            } catch (IOException e) {
              parts.onLoop(() -> failed(String.valueOf(e.getMessage())));
            }
          });
    }

    private void onChunk(SnapshotChunk chunk) {
      waitingBytes += chunk.data().length();
      if (waitingBytes > MAX_WAITING_BYTES) {
        connection.stopReading();
      }
      onDisk(
          () -> {
            sink.accept(chunk);
            parts.onLoop(() -> stored(chunk.data().length()));
          });
    }

    private void stored(long bytes) {
      storedBytes += bytes;
      waitingBytes -= bytes;
      if (waitingBytes <= MAX_WAITING_BYTES / 2) {
        connection.resumeReading();
      }
    }

    // ---- The disk thread ------------------------------------------------------------------------

    private void onDisk(DiskTask task) {
      diskThread.execute(
          () -> {
            if (heard != this) {
              parts.onLoop(() -> answer("another snapshot was begun since"));
              return;
            }
            try {
              task.run();
            } catch (IOException e) {
              heard = SnapshotReceiver.this;
              sink.abort();
              parts.onLoop(() -> failed(String.valueOf(e.getMessage())));
            }
          });
    }

    private void complete() throws IOException {
      var descriptor = sink.complete();
      heard = SnapshotReceiver.this;
      parts.onLoop(() -> arrived(descriptor));
    }

    // ---- The event loop -------------------------------------------------------------------------

    private void resume(SnapshotPosition position) {
      connection.send(
          FrameKind.SNAPSHOT_RESUME,
          SnapshotResume.newBuilder()
              .setFile(position.file())
              .setOffset(position.offset())
              .build());
    }

    private void arrived(SnapshotDescriptor descriptor) {
      LOG.info(
          "snapshot arrived member={} peer={} term={} index={}",
          Handshake.hex(parts.self().memberId()),
          Handshake.hex(from),
          descriptor.position().term(),
          descriptor.position().index());
      parts
          .listener()
          .onMessage(new Message.SnapshotArrived(from, parts.self().memberId(), term, descriptor));
      give(SnapshotResult.newBuilder().setDelivered(true).build());
    }

    private void failed(String reason) {
      LOG.warn(
          "snapshot not taken member={} peer={} reason=\"{}\"",
          Handshake.hex(parts.self().memberId()),
          Handshake.hex(from),
          reason);
      answer(reason);
    }

    private void answer(String reason) {
      if (!over) {
        give(SnapshotResult.newBuilder().setFailure(reason).build());
      }
    }

    /**
     * The last word. The sender closes when it has read it: if we closed with chunks still coming
     * in, TCP would reset the connection and take the answer with it.
     */
    private void give(SnapshotResult result) {
      over = true;
      connection.send(FrameKind.SNAPSHOT_RESULT, result);
      connection.resumeReading();
    }
  }

  @FunctionalInterface
  private interface DiskTask {
    void run() throws IOException;
  }
}
