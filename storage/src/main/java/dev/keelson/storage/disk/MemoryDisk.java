package dev.keelson.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * A disk in memory for members that need none: all is gone with the process. Zeros that were never
 * anything else take no memory. Thread-safe: names under one lock, each file under its own, held
 * for one call.
 */
public final class MemoryDisk implements Disk {
  private final long capacityBytes;

  /** Absolute, normalized names; guarded by this, as is all below. */
  private final TreeMap<Path, Node> names = new TreeMap<>();

  private final Set<Path> locks = new HashSet<>();

  private sealed interface Node permits Folder, Content {}

  private enum Folder implements Node {
    FOLDER
  }

  /** A disk that pretends to have room for this many bytes; what is written is not counted. */
  public MemoryDisk(long capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  private static Path key(Path path) {
    return path.toAbsolutePath().normalize();
  }

  @Override
  public synchronized DiskFile open(Path file, Mode mode) throws IOException {
    if (mode == Mode.CREATE) {
      add(file, new Content());
    }
    return new OpenFile(content(file), mode != Mode.READ);
  }

  private Content content(Path file) throws FileSystemException {
    return switch (names.get(key(file))) {
      case Content content -> content;
      case Folder _ -> throw new FileSystemException(file.toString(), null, "Is a directory");
      case null -> throw new NoSuchFileException(file.toString());
    };
  }

  private void add(Path path, Node node) throws FileSystemException {
    requireParent(path);
    if (names.putIfAbsent(key(path), node) != null) {
      throw new FileAlreadyExistsException(path.toString());
    }
  }

  private void requireParent(Path path) throws FileSystemException {
    Path parent = key(path).getParent();
    if (parent == null || !isDirectory(parent)) {
      throw new NoSuchFileException(path.toString());
    }
  }

  private boolean isDirectory(Path absolute) {
    return absolute.getParent() == null || names.get(absolute) == Folder.FOLDER;
  }

  @Override
  public synchronized boolean exists(Path path) {
    Path absolute = key(path);
    return absolute.getParent() == null || names.containsKey(absolute);
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    if (!exists(directory)) {
      return List.of();
    }
    if (!isDirectory(key(directory))) {
      throw new NotDirectoryException(directory.toString());
    }
    return below(key(directory)).stream()
        .filter(path -> key(directory).equals(path.getParent()))
        .map(path -> path.getFileName().toString())
        .sorted()
        .toList();
  }

  /** Everything in a directory, at any depth; what is deeper comes later. */
  private List<Path> below(Path absolute) {
    var found = new ArrayList<Path>();
    for (Path path : names.tailMap(absolute, false).keySet()) {
      // Names that merely begin alike may lie between.
      if (path.startsWith(absolute)) {
        found.add(path);
      } else if (!path.toString().startsWith(absolute.toString())) {
        break;
      }
    }
    return found;
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    Path absolute = key(directory);
    Path parent = absolute.getParent();
    if (parent == null) {
      return;
    }
    createDirectories(parent);
    Node present = names.putIfAbsent(absolute, Folder.FOLDER);
    if (present instanceof Content) {
      throw new FileAlreadyExistsException(directory.toString());
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    Path source = key(from);
    Path target = key(to);
    Node moved = names.get(source);
    if (moved == null) {
      throw new NoSuchFileException(from.toString());
    }
    requireParent(to);
    Node replaced = names.get(target);
    if (source.equals(target) || (replaced == moved && moved instanceof Content)) {
      return;
    }
    boolean sameKind = replaced == null || moved instanceof Folder == replaced instanceof Folder;
    if (!sameKind || target.startsWith(source)) {
      throw new FileSystemException(from.toString(), to.toString(), "Invalid argument");
    }
    if (!below(target).isEmpty()) {
      throw new DirectoryNotEmptyException(to.toString());
    }
    for (Path path : below(source)) {
      names.put(target.resolve(source.relativize(path)), names.remove(path));
    }
    names.remove(source);
    names.put(target, moved);
  }

  @Override
  public synchronized void link(Path existing, Path added) throws IOException {
    add(added, content(existing));
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    if (!below(key(file)).isEmpty()) {
      throw new DirectoryNotEmptyException(file.toString());
    }
    if (names.remove(key(file)) == null) {
      throw new NoSuchFileException(file.toString());
    }
  }

  @Override
  public synchronized void deleteTree(Path directory) {
    below(key(directory)).forEach(names::remove);
    names.remove(key(directory));
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    if (!isDirectory(key(directory))) {
      throw new NoSuchFileException(directory.toString());
    }
  }

  @Override
  public long usableBytes(Path path) {
    return capacityBytes;
  }

  @Override
  public synchronized AutoCloseable lock(Path file) throws IOException {
    Path absolute = key(file);
    requireParent(file);
    if (!locks.add(absolute)) {
      throw new DirectoryLockedException(file);
    }
    return () -> unlock(absolute);
  }

  private synchronized void unlock(Path absolute) {
    locks.remove(absolute);
  }

  /** Blocks of bytes; those to which only zeros were ever written are of no length. */
  private static final class Content implements Node {
    private static final int BLOCK_BYTES = 1 << 12;
    private static final byte[] UNTOUCHED = new byte[0];
    private static final byte[] ZEROS = new byte[BLOCK_BYTES];

    private final List<byte[]> blocks = new ArrayList<>();
    private long size;

    synchronized long size() {
      return size;
    }

    synchronized int read(ByteBuffer target, long position) {
      long at = position;
      while (target.hasRemaining() && at < size) {
        int from = (int) (at % BLOCK_BYTES);
        long most = Math.min(size - at, BLOCK_BYTES - from);
        int count = (int) Math.min(most, target.remaining());
        byte[] block = blocks.get((int) (at / BLOCK_BYTES));
        target.put(block.length == 0 ? ZEROS : block, from, count);
        at += count;
      }
      return (int) (at - position);
    }

    synchronized void write(ByteBuffer source, long position) {
      long at = position;
      resize(Math.max(size, position + source.remaining()));
      while (source.hasRemaining()) {
        int block = (int) (at / BLOCK_BYTES);
        int from = (int) (at % BLOCK_BYTES);
        int count = Math.min(BLOCK_BYTES - from, source.remaining());
        boolean untouched = blocks.get(block).length == 0;
        if (untouched && isZero(source, count)) {
          source.position(source.position() + count);
        } else {
          if (untouched) {
            blocks.set(block, new byte[BLOCK_BYTES]);
          }
          source.get(blocks.get(block), from, count);
        }
        at += count;
      }
    }

    private static boolean isZero(ByteBuffer source, int count) {
      return source.slice(source.position(), count).equals(ByteBuffer.wrap(ZEROS, 0, count));
    }

    synchronized void resize(long newSize) {
      int wanted = Math.toIntExact((newSize + BLOCK_BYTES - 1) / BLOCK_BYTES);
      while (blocks.size() < wanted) {
        blocks.add(UNTOUCHED);
      }
      blocks.subList(wanted, blocks.size()).clear();
      int used = (int) (newSize % BLOCK_BYTES);
      if (newSize < size && used > 0 && blocks.get(wanted - 1).length > 0) {
        // What is cut off reads as zero if the file grows again.
        byte[] cut = new byte[BLOCK_BYTES];
        System.arraycopy(blocks.get(wanted - 1), 0, cut, 0, used);
        blocks.set(wanted - 1, cut);
      }
      size = newSize;
    }
  }

  private static final class OpenFile implements DiskFile {
    private final Content content;
    private final boolean writable;
    private volatile boolean closed;

    OpenFile(Content content, boolean writable) {
      this.content = content;
      this.writable = writable;
    }

    @Override
    public long size() throws IOException {
      checkOpen();
      return content.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      checkOpen();
      return content.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      checkWritable();
      content.write(source, position);
    }

    @Override
    public void truncate(long size) throws IOException {
      checkWritable();
      if (size < content.size()) {
        content.resize(size);
      }
    }

    @Override
    public void syncData() throws IOException {
      checkOpen();
    }

    @Override
    public void close() {
      closed = true;
    }

    private void checkWritable() throws IOException {
      checkOpen();
      if (!writable) {
        throw new NonWritableChannelException();
      }
    }

    private void checkOpen() throws IOException {
      if (closed) {
        throw new ClosedChannelException();
      }
    }
  }
}
