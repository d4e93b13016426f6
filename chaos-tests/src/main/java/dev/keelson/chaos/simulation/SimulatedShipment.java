package dev.keelson.chaos.simulation;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Message;
import dev.keelson.server.transport.ShipmentListener;
import dev.keelson.server.transport.SnapshotChunk;
import dev.keelson.server.transport.SnapshotPosition;
import dev.keelson.server.transport.SnapshotSource;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One snapshot on its way, chunk by chunk: what the sender reads and what the receiver stores is
 * production's, the words between them are not. Ends badly when either life or the link does.
 */
final class SimulatedShipment {
  private static final int CHUNK_BYTES = 4 << 10;
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  private final World world;
  private final MemberLife sender;
  private final SimulatedMember receiver;
  private final long term;
  private final SnapshotSource source;
  private final ShipmentListener listener;
  private long lastWordAt;
  private boolean over;

  SimulatedShipment(
      World world,
      MemberLife sender,
      SimulatedMember receiver,
      long term,
      SnapshotSource source,
      ShipmentListener listener) {
    this.world = world;
    this.sender = sender;
    this.receiver = receiver;
    this.term = term;
    this.source = source;
    this.listener = listener;
  }

  /** A step at the receiver that may find its disk unwilling. */
  @FunctionalInterface
  private interface Step {
    void run(MemberLife there) throws IOException;
  }

  void begin() {
    world.count("snapshots shipped");
    lastWordAt = world.timeline().now();
    watch();
    atReceiver(
        there -> {
          var position = there.incoming().begin(sender.id(), source.manifest());
          atSender(() -> next(position));
        });
  }

  private void next(SnapshotPosition at) {
    var sizes = source.fileSizes();
    int file = at.file();
    long offset = at.offset();
    while (file < sizes.size() && offset >= sizes.get(file)) {
      file++;
      offset = 0;
    }
    if (file == sizes.size()) {
      finish();
      return;
    }
    int length = (int) Math.min(CHUNK_BYTES, sizes.get(file) - offset);
    var buffer = ByteBuffer.allocate(length);
    try {
      source.read(file, offset, buffer);
    } catch (IOException e) {
      end(false, String.valueOf(e.getMessage()));
      return;
    }
    var chunk = new SnapshotChunk(file, offset, Bytes.wrap(buffer.array()));
    var following = new SnapshotPosition(file, offset + length);
    atReceiver(
        there -> {
          world.isInstalling(receiver);
          there.incoming().accept(chunk);
          atSender(() -> next(following));
        });
  }

  private void finish() {
    atReceiver(
        there -> {
          var descriptor = there.incoming().complete();
          there
              .voices()
              .onMessage(new Message.SnapshotArrived(sender.id(), there.id(), term, descriptor));
          atSender(() -> end(true, ""));
        });
  }

  private void atReceiver(Step step) {
    if (over) {
      return;
    }
    world
        .network()
        .carryReliably(
            sender.id(),
            receiver.id(),
            receiver.actor(),
            () -> receiver.life().ifPresent(there -> there.enter(() -> run(there, step))));
  }

  private void run(MemberLife there, Step step) {
    if (over) {
      return;
    }
    try {
      step.run(there);
    } catch (IOException e) {
      there.incoming().abort();
      atSender(() -> end(false, String.valueOf(e.getMessage())));
    }
  }

  private void atSender(Runnable step) {
    world
        .network()
        .carryReliably(
            receiver.id(),
            sender.id(),
            sender.actor(),
            () ->
                sender.enter(
                    () -> {
                      if (!over) {
                        lastWordAt = world.timeline().now();
                        step.run();
                      }
                    }));
  }

  /** Words are lost: after a silence the shipment is given up. */
  private void watch() {
    sender.plan(
        PATIENCE_NANOS,
        () -> {
          if (!over) {
            if (world.timeline().now() - lastWordAt >= PATIENCE_NANOS) {
              end(false, "silence");
            } else {
              watch();
            }
          }
        });
  }

  private void end(boolean delivered, String reason) {
    if (over) {
      return;
    }
    over = true;
    source.close();
    if (delivered) {
      world.count("snapshots delivered");
      listener.delivered();
    } else {
      listener.failed(reason);
    }
  }
}
