package dev.keelson.server.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps what arrives, and checks it against the manifest. Its state belongs to the sink's thread.
 */
final class MemorySink implements SnapshotSink {
  static final SnapshotDescriptor DESCRIPTOR =
      new SnapshotDescriptor(new LogPosition(3, 77), Configuration.ofVoters(Set.of(1L, 2L)));

  /** What was called, chunks left out. */
  final List<String> calls = new CopyOnWriteArrayList<>();

  final List<String> threads = new CopyOnWriteArrayList<>();
  final AtomicLong acceptedBytes = new AtomicLong();
  final CountDownLatch gate;
  volatile boolean full;
  volatile List<Bytes> completed = List.of();
  private Bytes manifest = Bytes.EMPTY;
  private final List<ByteArrayOutputStream> files = new ArrayList<>();

  MemorySink() {
    this(new CountDownLatch(0));
  }

  /** Takes no chunk before the gate is open. */
  MemorySink(CountDownLatch gate) {
    this.gate = gate;
  }

  @Override
  public SnapshotPosition begin(long from, Bytes offered) {
    if (!offered.equals(manifest)) {
      manifest = offered;
      files.clear();
      expected().forEach(_ -> files.add(new ByteArrayOutputStream()));
    }
    for (int i = 0; i < files.size(); i++) {
      if (files.get(i).size() < sizeOf(i)) {
        return began(from, new SnapshotPosition(i, files.get(i).size()));
      }
    }
    return began(from, new SnapshotPosition(files.size(), 0));
  }

  private SnapshotPosition began(long from, SnapshotPosition position) {
    calls.add(
        "begin from " + from + (files.stream().allMatch(file -> file.size() == 0) ? "" : " again"));
    return position;
  }

  @Override
  public void accept(SnapshotChunk chunk) throws IOException {
    threads.add(Thread.currentThread().getName());
    awaitGate();
    if (full) {
      throw new IOException("no space left on device");
    }
    var file = files.get(chunk.file());
    if (chunk.offset() != file.size()) {
      throw new IOException("a gap before " + chunk.offset() + " of file " + chunk.file());
    }
    file.writeBytes(chunk.data().toArray());
    acceptedBytes.addAndGet(chunk.data().length());
  }

  @Override
  public SnapshotDescriptor complete() throws IOException {
    calls.add("complete");
    for (int i = 0; i < files.size(); i++) {
      String actual =
          files.get(i).size() + ":" + MemorySnapshot.checksum(files.get(i).toByteArray());
      if (!actual.equals(expected().get(i))) {
        throw new IOException("file " + i + " is not what the manifest says");
      }
    }
    completed = files.stream().map(file -> Bytes.wrap(file.toByteArray())).toList();
    return DESCRIPTOR;
  }

  @Override
  public void abort() {
    calls.add("abort");
    manifest = Bytes.EMPTY;
    files.clear();
  }

  private void awaitGate() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> expected() {
    return List.of(new String(manifest.toArray(), US_ASCII).split(",", -1));
  }

  private int sizeOf(int file) {
    return Integer.parseInt(expected().get(file).split(":", -1)[0]);
  }
}
