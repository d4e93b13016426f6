package dev.keelson.server.transport;

import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.Hello;
import dev.keelson.api.peer.Ping;
import dev.keelson.api.peer.Refusal;
import dev.keelson.api.peer.SnapshotBegin;
import dev.keelson.api.peer.SnapshotEnd;
import dev.keelson.api.peer.SnapshotResult;
import dev.keelson.api.peer.SnapshotResume;
import dev.keelson.api.peer.Welcome;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.transport.Closing.Cause;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One snapshot on its way to one peer, over as many connections as it takes. Belongs to the event
 * loop; files are read on a thread of their own, one chunk ahead, so that memory stays bounded
 * whatever the speed of the network.
 */
final class Shipment implements FrameHandler {
  private static final Logger LOG = LoggerFactory.getLogger(NettyPeerTransport.class);

  /** Connections in a row that brought the snapshot no further. */
  private static final int MAX_FRUITLESS = 20;

  private final Order order;
  private final LinkParts parts;
  private final Executor readThread;
  private final Runnable whenOver;
  private final DialBackoff backoff;
  private final long totalBytes;
  private State state = new State.Queued();
  private SnapshotPosition next = SnapshotPosition.START;
  private long furthestBytes;
  private boolean reading;
  private boolean pausing;
  private long mayReadAtNanos;
  private int attempts;
  private int fruitless;
  private int ticksInState;
  private String trouble = "no connection";

  /** What was asked for. */
  record Order(
      long peer,
      long term,
      SnapshotSource source,
      List<Long> fileSizes,
      ShipmentListener listener) {
    Order {
      fileSizes = List.copyOf(fileSizes);
    }
  }

  private enum Phase {
    GREETING,
    OFFERED,
    STREAMING,
    ENDED
  }

  private sealed interface State {
    record Queued() implements State {}

    record Resting(ScheduledFuture<?> retry) implements State {}

    record Dialling() implements State {}

    record Linked(FrameConnection connection, Phase phase) implements State {}

    record Over() implements State {}
  }

  Shipment(Order order, LinkParts parts, Executor readThread, Runnable whenOver) {
    this.order = order;
    this.parts = parts;
    this.readThread = readThread;
    this.whenOver = whenOver;
    this.backoff = new DialBackoff(parts.config().timing(), parts.random());
    this.totalBytes = order.fileSizes().stream().mapToLong(Long::longValue).sum();
    this.mayReadAtNanos = parts.clock().nanoTime();
  }

  long peer() {
    return order.peer();
  }

  boolean isOver() {
    return state instanceof State.Over;
  }

  void start() {
    LOG.info(
        "snapshot shipment begins member={} peer={} files={} bytes={}",
        Handshake.hex(parts.self().memberId()),
        Handshake.hex(peer()),
        order.fileSizes().size(),
        totalBytes);
    dial();
  }

  void fail(String reason) {
    end(false, reason);
  }

  void tick() {
    ticksInState++;
    if (state instanceof State.Linked(var connection, var phase)) {
      var timing = parts.config().timing();
      if (phase == Phase.GREETING && ticksInState > timing.handshakeTicks()) {
        connection.close(Cause.SILENT, "no answer to our hello");
      } else if (connection.isSilent(timing.silentTicks())) {
        connection.close(Cause.SILENT, "no progress reports");
      } else {
        connection.send(FrameKind.PING, Ping.getDefaultInstance());
      }
    }
  }

  // ---- The connection ---------------------------------------------------------------------------

  private void dial() {
    become(new State.Dialling());
    var urls = parts.members().get().find(peer()).map(Member::peerUrls).orElse(List.of());
    parts.dialler().dial(urls, attempts++, this, this::onDialFailed);
  }

  private void onDialFailed(String reason) {
    if (state instanceof State.Dialling) {
      retry(reason, false);
    }
  }

  @Override
  public void onOpen(FrameConnection connection) {
    if (!(state instanceof State.Dialling)) {
      connection.close(Cause.SHUT_DOWN, "");
      return;
    }
    become(new State.Linked(connection, Phase.GREETING));
    if (connection.meetsItself()) {
      connection.close(Cause.IO_ERROR, "nobody listens there");
      return;
    }
    connection.send(FrameKind.HELLO, parts.hello(peer(), Hello.Purpose.SNAPSHOT));
  }

  @Override
  public void onClosed(FrameConnection connection, Closing closing) {
    if (state instanceof State.Linked(var current, _) && current == connection) {
      retry(closing.cause() + ": " + closing.detail(), closing.cause() == Cause.REFUSED);
    }
  }

  private void retry(String reason, boolean refused) {
    trouble = reason;
    fruitless++;
    if (fruitless > MAX_FRUITLESS) {
      fail(trouble);
    } else {
      long millis = backoff.nextMillis(refused);
      become(new State.Resting(parts.after(millis, this::dial)));
    }
  }

  @Override
  public void onFrame(FrameConnection connection, FrameKind kind, ByteBuf body)
      throws FrameException {
    if (!(state instanceof State.Linked(_, var phase))) {
      return;
    }
    if (phase == Phase.GREETING && kind == FrameKind.WELCOME) {
      onWelcome(connection, Frames.parse(body, Welcome::parseFrom));
    } else if (phase == Phase.GREETING && kind == FrameKind.REFUSAL) {
      connection.close(Cause.REFUSED, Frames.parse(body, Refusal::parseFrom).getDetail());
    } else if (phase == Phase.OFFERED && kind == FrameKind.SNAPSHOT_RESUME) {
      onResume(connection, Frames.parse(body, SnapshotResume::parseFrom));
    } else if (phase != Phase.GREETING && kind == FrameKind.SNAPSHOT_RESULT) {
      onResult(Frames.parse(body, SnapshotResult::parseFrom));
    } else if (phase == Phase.GREETING || kind != FrameKind.SNAPSHOT_PROGRESS) {
      throw new FrameException("unexpected frame " + kind);
    }
  }

  private void onWelcome(FrameConnection connection, Welcome welcome) {
    var doubt = parts.handshake().judge(welcome, peer(), parts.members().get());
    if (doubt.isPresent()) {
      connection.close(Cause.REFUSED, doubt.get().getDetail());
      return;
    }
    become(new State.Linked(connection, Phase.OFFERED));
    var manifest = order.source().manifest();
    connection.send(
        FrameKind.SNAPSHOT_BEGIN,
        SnapshotBegin.newBuilder()
            .setTerm(order.term())
            .setManifest(
                UnsafeByteOperations.unsafeWrap(
                    manifest.backingArray(), manifest.backingOffset(), manifest.length()))
            .build());
  }

  private void onResume(FrameConnection connection, SnapshotResume resume) throws FrameException {
    var sizes = order.fileSizes();
    int file = resume.getFile();
    long offset = resume.getOffset();
    boolean atEnd = file == sizes.size() && offset == 0;
    boolean inside = file >= 0 && file < sizes.size() && offset >= 0 && offset <= sizes.get(file);
    if (!atEnd && !inside) {
      throw new FrameException("the snapshot has no byte " + offset + " of file " + file);
    }
    next = new SnapshotPosition(file, offset);
    long there = offset + sizes.stream().limit(file).mapToLong(Long::longValue).sum();
    if (there > furthestBytes) {
      furthestBytes = there;
      fruitless = 0;
      backoff.succeeded();
    }
    become(new State.Linked(connection, Phase.STREAMING));
    pump();
  }

  private void onResult(SnapshotResult result) {
    end(result.getDelivered(), result.getFailure());
  }

  // ---- The bytes --------------------------------------------------------------------------------

  @Override
  public void onWritable(FrameConnection connection) {
    pump();
  }

  /** Reads the next chunk, if the network has room and the pace allows it. */
  private void pump() {
    if (!(state instanceof State.Linked(var connection, var phase))
        || phase != Phase.STREAMING
        || reading
        || pausing
        || !connection.isWritable()) {
      return;
    }
    skipFinishedFiles();
    if (next.file() == order.fileSizes().size()) {
      become(new State.Linked(connection, Phase.ENDED));
      connection.send(FrameKind.SNAPSHOT_END, SnapshotEnd.getDefaultInstance());
      return;
    }
    long waitNanos = mayReadAtNanos - parts.clock().nanoTime();
    if (waitNanos > 0) {
      pausing = true;
      long waitMillis = TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1;
      var _ = parts.after(waitMillis, this::afterPause);
      return;
    }
    reading = true;
    var position = next;
    long rest = order.fileSizes().get(position.file()) - position.offset();
    int length = (int) Math.min(rest, SnapshotFrames.CHUNK_BYTES);
    readThread.execute(() -> read(connection, position, length));
  }

  private void afterPause() {
    pausing = false;
    pump();
  }

  private void skipFinishedFiles() {
    while (next.file() < order.fileSizes().size()
        && next.offset() == order.fileSizes().get(next.file())) {
      next = new SnapshotPosition(next.file() + 1, 0);
    }
  }

  /** On the reading thread. */
  private void read(FrameConnection connection, SnapshotPosition position, int length) {
    var frame = ByteBufAllocator.DEFAULT.directBuffer(length + SnapshotFrames.CHUNK_OVERHEAD);
    try {
      SnapshotFrames.writeChunk(frame, order.source(), position, length);
    } catch (IOException e) {
      frame.release();
      parts.onLoop(() -> fail("cannot read the snapshot: " + e.getMessage()));
      return;
    }
    if (!parts.onLoop(() -> send(connection, position, length, frame))) {
      frame.release();
    }
  }

  private void send(
      FrameConnection connection, SnapshotPosition position, int length, ByteBuf frame) {
    reading = false;
    boolean current =
        state instanceof State.Linked(var now, var phase)
            && now == connection
            && phase == Phase.STREAMING;
    if (current) {
      connection.write(frame);
      connection.flush();
      next = new SnapshotPosition(position.file(), position.offset() + length);
      slowDown(length);
    } else {
      frame.release(); // the connection broke meanwhile: the receiver will say where to go on
    }
    pump();
  }

  private void slowDown(long bytes) {
    long bytesPerSecond = parts.config().snapshotBytesPerSecond();
    if (bytesPerSecond > 0) {
      long now = parts.clock().nanoTime();
      long from = mayReadAtNanos - now > 0 ? mayReadAtNanos : now;
      mayReadAtNanos = from + bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    }
  }

  // ---- The end ----------------------------------------------------------------------------------

  private void end(boolean delivered, String reason) {
    var before = state;
    if (before instanceof State.Over) {
      return;
    }
    become(new State.Over());
    switch (before) {
      case State.Resting(var retry) -> retry.cancel(false);
      case State.Linked(var connection, _) -> connection.close(Cause.SHUT_DOWN, "");
      case State.Queued _, State.Dialling _, State.Over _ -> {}
    }
    LOG.info(
        "snapshot shipment ended member={} peer={} delivered={} reason=\"{}\"",
        Handshake.hex(parts.self().memberId()),
        Handshake.hex(peer()),
        delivered,
        reason);
    readThread.execute(order.source()::close);
    whenOver.run();
    if (delivered) {
      order.listener().delivered();
    } else {
      order.listener().failed(reason);
    }
  }

  private void become(State now) {
    state = now;
    ticksInState = 0;
  }
}
