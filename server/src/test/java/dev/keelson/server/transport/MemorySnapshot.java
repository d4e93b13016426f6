package dev.keelson.server.transport;

import dev.keelson.raft.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/** Files of random bytes; the manifest names the size and the checksum of each. */
final class MemorySnapshot implements SnapshotSource {
  final AtomicLong bytesRead = new AtomicLong();
  final AtomicInteger closes = new AtomicInteger();
  private final List<Bytes> files;
  private final Bytes manifest;
  private volatile int damagedFile = -1;
  private volatile int lostFile = -1;

  MemorySnapshot(long seed, int... sizes) {
    var random = new SeededRandom(seed);
    files = IntStream.of(sizes).mapToObj(size -> Bytes.wrap(random.nextBytes(size))).toList();
    manifest =
        Bytes.wrap(
            files.stream()
                .map(file -> file.length() + ":" + checksum(file.toArray()))
                .collect(Collectors.joining(","))
                .getBytes(StandardCharsets.US_ASCII));
  }

  static long checksum(byte[] bytes) {
    var checksum = new CRC32C();
    checksum.update(bytes);
    return checksum.getValue();
  }

  /** From now on the file is not what the manifest says. */
  void damage(int file) {
    damagedFile = file;
  }

  /** From now on the file cannot be read. */
  void lose(int file) {
    lostFile = file;
  }

  List<Bytes> files() {
    return files;
  }

  @Override
  public Bytes manifest() {
    return manifest;
  }

  @Override
  public List<Long> fileSizes() {
    return files.stream().map(file -> (long) file.length()).toList();
  }

  @Override
  public void read(int file, long offset, ByteBuffer into) throws IOException {
    if (file == lostFile) {
      throw new IOException("input/output error");
    }
    int length = into.remaining();
    bytesRead.addAndGet(length);
    byte[] bytes = files.get(file).slice((int) offset, (int) offset + length).toArray();
    if (file == damagedFile) {
      bytes[0] ^= 1;
    }
    into.put(bytes);
  }

  @Override
  public void close() {
    closes.incrementAndGet();
  }
}
