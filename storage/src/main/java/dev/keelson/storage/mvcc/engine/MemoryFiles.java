package dev.keelson.storage.mvcc.engine;

import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The files of a {@link MemoryEngine}: batches one after another, oldest file first, and a manifest
 * that names them with size and checksum. Files never change; the manifest is replaced as a whole.
 * So a crash leaves what one manifest says. By one thread at a time.
 */
final class MemoryFiles {
  private static final String MANIFEST = "MANIFEST";
  private static final String LOCK = "LOCK";
  private static final String NEW = ".new";
  private static final String DATA = ".data";
  private static final String FORMAT = "keelson-memory-store 1";
  private static final int PIECE_BYTES = 1 << 20;

  private final Disk disk;
  private final Path directory;
  private List<DataFile> files;
  private long nextNumber;

  /**
   * A file of batches, each preceded by its length.
   *
   * @param checksum CRC-32C of all of it
   */
  record DataFile(String name, long bytes, int checksum) {
    @Override
    public String toString() {
      return name + " " + bytes + " " + Integer.toHexString(checksum);
    }
  }

  private MemoryFiles(Disk disk, Path directory, List<DataFile> files, long nextNumber) {
    this.disk = disk;
    this.directory = directory;
    this.files = files;
    this.nextNumber = nextNumber;
  }

  static boolean isData(String fileName) {
    return !fileName.equals(LOCK) && !fileName.endsWith(NEW);
  }

  static Path lock(Path directory) {
    return directory.resolve(LOCK);
  }

  /** Begins a store if the directory holds none; clears away what a crash left half done. */
  static MemoryFiles openOrCreate(Disk disk, Path directory) throws IOException {
    boolean created = !disk.exists(directory.resolve(MANIFEST));
    if (created) {
      for (String name : disk.list(directory)) {
        if (isData(name)) {
          throw EngineException.damaged(
              "%s is missing, but %s is there".formatted(directory.resolve(MANIFEST), name));
        }
      }
    }
    // A manifest whose sync failed before a kill is what is built upon from now on: a loss of power
    // must not bring back the one before it, whose files are deleted.
    disk.syncDirectory(directory);
    var opened = created ? new MemoryFiles(disk, directory, List.of(), 1) : open(disk, directory);
    opened.deleteAllBut(opened.files);
    if (created) {
      opened.writeManifest(List.of());
    }
    return opened;
  }

  /** What is there; nothing changes. */
  static MemoryFiles open(Disk disk, Path directory) throws IOException {
    Path manifest = directory.resolve(MANIFEST);
    byte[] content = new byte[0];
    try (DiskFile file = disk.open(manifest, Disk.Mode.READ)) {
      content = read(file, 0, Math.toIntExact(file.size()));
    }
    List<String> lines = new String(content, StandardCharsets.US_ASCII).lines().toList();
    if (lines.size() < 3 || !encode(lines.subList(0, lines.size() - 1)).equals(text(content))) {
      throw EngineException.damaged(manifest + " is damaged");
    }
    if (!lines.getFirst().equals(FORMAT)) {
      throw new EngineException(manifest + " is of another version: " + lines.getFirst());
    }
    var files = new ArrayList<DataFile>();
    for (String line : lines.subList(2, lines.size() - 1)) {
      List<String> words = List.of(line.split(" ", -1));
      files.add(
          new DataFile(
              words.get(0),
              Long.parseLong(words.get(1)),
              Integer.parseUnsignedInt(words.get(2), 16)));
    }
    return new MemoryFiles(disk, directory, List.copyOf(files), Long.parseLong(lines.get(1)));
  }

  private static String text(byte[] content) {
    return new String(content, StandardCharsets.US_ASCII);
  }

  private static String encode(List<String> lines) {
    String all = String.join("\n", lines) + "\n";
    var crc = new CRC32C();
    crc.update(all.getBytes(StandardCharsets.US_ASCII));
    return all + Long.toHexString(crc.getValue()) + "\n";
  }

  long bytes() {
    return files.stream().mapToLong(DataFile::bytes).sum();
  }

  int count() {
    return files.size();
  }

  /** Shows every batch, oldest first, of files that are proven whole. */
  void forEach(Consumer<EngineBatch> visitor) throws IOException {
    for (DataFile file : files) {
      verify(file);
    }
    for (DataFile file : files) {
      try (DiskFile opened = disk.open(directory.resolve(file.name()), Disk.Mode.READ)) {
        long at = 0;
        while (at < file.bytes()) {
          int length = ByteBuffer.wrap(read(opened, at, Integer.BYTES)).getInt();
          visitor.accept(EngineBatch.parse(read(opened, at + Integer.BYTES, length)));
          at += Integer.BYTES + (long) length;
        }
      }
    }
  }

  private void verify(DataFile file) throws IOException {
    Path path = directory.resolve(file.name());
    if (!disk.exists(path)) {
      throw EngineException.damaged("the store's file " + path + " is missing");
    }
    try (DiskFile opened = disk.open(path, Disk.Mode.READ)) {
      if (opened.size() != file.bytes()) {
        throw EngineException.damaged(
            "the store's file %s has %d bytes instead of %d"
                .formatted(path, opened.size(), file.bytes()));
      }
      var crc = new CRC32C();
      for (long at = 0; at < file.bytes(); at += PIECE_BYTES) {
        crc.update(read(opened, at, (int) Math.min(PIECE_BYTES, file.bytes() - at)));
      }
      if ((int) crc.getValue() != file.checksum()) {
        throw EngineException.damaged(
            "the store's file " + path + " is damaged: its checksum does not match");
      }
    }
  }

  /**
   * Makes batches durable: in a file of their own, or in one with the files before that are not
   * much larger, so that there are few files and nothing is written often; or all anew.
   *
   * @param everything writes the whole store, these batches included
   */
  void append(List<byte[]> batches, Consumer<Consumer<byte[]>> everything) throws IOException {
    long bytes = batches.stream().mapToLong(batch -> batch.length + Integer.BYTES).sum();
    int kept = files.size();
    while (kept > 0 && files.get(kept - 1).bytes() <= 2 * bytes) {
      kept--;
      bytes += files.get(kept).bytes();
    }
    var next = new ArrayList<>(files.subList(0, kept));
    String name = "%06d%s".formatted(nextNumber++, DATA);
    try (var output = new Output(disk.open(directory.resolve(name), Disk.Mode.CREATE))) {
      if (kept == 0) {
        everything.accept(output::batch);
      } else {
        copy(files.subList(kept, files.size()), output);
        batches.forEach(output::batch);
      }
      next.add(output.finish(name));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    // The file's name is durable before anything says that it is there.
    disk.syncDirectory(directory);
    writeManifest(next);
    deleteAllBut(next);
  }

  private void copy(List<DataFile> sources, Output output) throws IOException {
    for (DataFile source : sources) {
      verify(source);
      try (DiskFile opened = disk.open(directory.resolve(source.name()), Disk.Mode.READ)) {
        for (long at = 0; at < source.bytes(); at += PIECE_BYTES) {
          output.raw(read(opened, at, (int) Math.min(PIECE_BYTES, source.bytes() - at)));
        }
      }
    }
  }

  private void writeManifest(List<DataFile> next) throws IOException {
    var lines = new ArrayList<>(List.of(FORMAT, Long.toString(nextNumber)));
    next.forEach(file -> lines.add(file.toString()));
    Path fresh = directory.resolve(MANIFEST + NEW);
    try (DiskFile file = disk.open(fresh, Disk.Mode.CREATE)) {
      file.write(ByteBuffer.wrap(encode(lines).getBytes(StandardCharsets.US_ASCII)), 0);
      file.syncData();
    }
    disk.rename(fresh, directory.resolve(MANIFEST));
    disk.syncDirectory(directory);
    files = List.copyOf(next);
  }

  private void deleteAllBut(List<DataFile> kept) throws IOException {
    List<String> names = kept.stream().map(DataFile::name).toList();
    for (String name : disk.list(directory)) {
      if (name.endsWith(NEW) || (name.endsWith(DATA) && !names.contains(name))) {
        disk.delete(directory.resolve(name));
      }
    }
  }

  /** A directory that opens by itself, there as a whole or, after a crash, not at all. */
  void linkInto(Path target) throws IOException {
    if (disk.exists(target)) {
      throw new EngineException("no checkpoint in " + target + ": it exists");
    }
    Path fresh = target.resolveSibling(target.getFileName() + ".tmp");
    disk.deleteTree(fresh);
    disk.createDirectories(fresh);
    for (DataFile file : files) {
      disk.link(directory.resolve(file.name()), fresh.resolve(file.name()));
    }
    disk.link(directory.resolve(MANIFEST), fresh.resolve(MANIFEST));
    disk.syncDirectory(fresh);
    disk.rename(fresh, target);
    Path parent = target.toAbsolutePath().getParent();
    if (parent != null) {
      disk.syncDirectory(parent);
    }
  }

  private static byte[] read(DiskFile file, long at, int count) throws IOException {
    var bytes = new byte[count];
    int read = file.read(ByteBuffer.wrap(bytes), at);
    if (read != count) {
      throw new IOException("a file of the store ends within " + count + " bytes of " + at);
    }
    return bytes;
  }

  /** A new file, written in large pieces. */
  private static final class Output implements AutoCloseable {
    private final DiskFile file;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer buffer = ByteBuffer.allocate(PIECE_BYTES);
    private long written;

    Output(DiskFile file) {
      this.file = file;
    }

    void batch(byte[] batch) {
      try {
        raw(ByteBuffer.allocate(Integer.BYTES).putInt(batch.length).array());
        raw(batch);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void raw(byte[] bytes) throws IOException {
      int from = 0;
      while (from < bytes.length) {
        int count = Math.min(buffer.remaining(), bytes.length - from);
        buffer.put(bytes, from, count);
        from += count;
        if (!buffer.hasRemaining()) {
          drain();
        }
      }
    }

    private void drain() throws IOException {
      buffer.flip();
      crc.update(buffer.duplicate());
      int count = buffer.limit();
      file.write(buffer, written);
      written += count;
      buffer.clear();
    }

    DataFile finish(String name) throws IOException {
      drain();
      file.syncData();
      return new DataFile(name, written, (int) crc.getValue());
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
