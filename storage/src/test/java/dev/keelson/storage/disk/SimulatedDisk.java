package dev.keelson.storage.disk;

import dev.keelson.storage.disk.FaultPlan.Operation;
import dev.keelson.storage.disk.FaultPlan.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that keeps no more than a real one must: a power loss takes all that was not
 * synced, or by its seed any part of it, content and names; syncs and writes fail, lie or stop the
 * machine where a {@link FaultPlan} says so. Everything it does follows from seed and calls.
 * Thread-safe by one lock around each call.
 */
public final class SimulatedDisk implements Disk {
  private static final int SECTOR_BYTES = SimulatedContent.SECTOR_BYTES;

  private final RandomGenerator random;
  private final SimulatedNames names = new SimulatedNames();
  private final Set<Path> locks = new HashSet<>();
  private FaultPlan faults = FaultPlan.NONE;
  private ReadFaults readFaults = ReadFaults.NONE;
  private long capacityBytes = Long.MAX_VALUE;
  private long operations;
  private int life;
  private boolean dead;
  private boolean gone;

  public SimulatedDisk(long seed) {
    // Not Random: what that draws first is the same for seeds that are near each other.
    this.random = new SplittableRandom(seed);
  }

  // What a test may do to it.

  /** From now on this plan judges each changing operation. */
  public synchronized void inject(FaultPlan plan) {
    faults = plan;
  }

  /** Reads of these files fail. */
  public synchronized void failReads(Predicate<Path> files) {
    injectReads(ReadFaults.of(files, ReadFaults.Verdict.FAIL));
  }

  /** From now on these faults judge each read. */
  public synchronized void injectReads(ReadFaults faulty) {
    readFaults = faulty;
  }

  /** The disk answers nothing but errors, also after a restart, until it is {@link #replace}d. */
  public synchronized void breakDown() {
    gone = true;
  }

  /** An empty disk takes the place of this one, while the machine is off. */
  public synchronized void replace() {
    gone = false;
    names.clear();
    startAgain();
  }

  /** The disk is full at this many bytes of content. */
  public synchronized void limitTo(long bytes) {
    capacityBytes = bytes;
  }

  /** Changing operations so far; the next one has this number. */
  public synchronized long operations() {
    return operations;
  }

  /** Content on the disk as processes see it, in bytes. */
  public synchronized long usedBytes() {
    return names.allFiles().stream().mapToLong(SimulatedContent::size).sum();
  }

  /** The machine loses power and starts again: open files are void, faults are over. */
  public synchronized void powerLoss(Survival survival) {
    names.powerLoss(survival, random);
    startAgain();
  }

  /** All processes die and start again; the page cache stays as it is. */
  public synchronized void killProcess() {
    startAgain();
  }

  /** One bit changes where the content rests, seen by processes as well. */
  public synchronized void flipBit(Path file, long bit) throws IOException {
    names.file(file).flipBit(bit);
  }

  /** The content as processes see it. */
  public synchronized byte[] contents(Path file) throws IOException {
    return names.file(file).liveBytes();
  }

  /** The content that a power loss leaves. */
  public synchronized byte[] durableContents(Path file) throws IOException {
    return names.file(file).durableBytes();
  }

  /** Puts a file there, durably, in place of what the name stood for. */
  public synchronized void plant(Path file, byte[] bytes) throws IOException {
    if (names.find(file) != null) {
      names.remove(file);
    }
    var content = new SimulatedContent();
    content.write(0, bytes.clone());
    content.sync();
    names.add(file, content);
    names.sync(parentOf(file));
  }

  // The disk.

  @Override
  public synchronized DiskFile open(Path file, Mode mode) throws IOException {
    checkAlive();
    if (mode == Mode.CREATE) {
      change(Operation.CREATE, file, () -> names.add(file, new SimulatedContent()));
    }
    return new OpenFile(file, names.file(file), life, mode != Mode.READ);
  }

  @Override
  public synchronized boolean exists(Path path) throws IOException {
    checkAlive();
    return names.find(path) != null;
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    checkAlive();
    return names.find(directory) == null
        ? List.of()
        : List.copyOf(names.directory(directory).live.keySet());
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    checkAlive();
    Path absolute = directory.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null) {
      return;
    }
    createDirectories(parent);
    if (names.find(absolute) == null) {
      change(
          Operation.CREATE_DIRECTORY,
          absolute,
          () -> names.add(absolute, new SimulatedDirectory()));
    } else {
      names.directory(absolute);
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    checkAlive();
    change(Operation.RENAME, from, () -> names.rename(from, to));
  }

  @Override
  public synchronized void link(Path existing, Path added) throws IOException {
    checkAlive();
    SimulatedContent content = names.file(existing);
    change(Operation.LINK, added, () -> names.add(added, content));
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    checkAlive();
    change(Operation.DELETE, file, () -> names.remove(file));
  }

  @Override
  public synchronized void deleteTree(Path directory) throws IOException {
    checkAlive();
    if (names.find(directory) == null) {
      return;
    }
    if (!(names.find(directory) instanceof SimulatedDirectory)) {
      delete(directory);
      return;
    }
    for (String name : list(directory)) {
      Path child = directory.resolve(name);
      if (names.find(child) instanceof SimulatedDirectory) {
        deleteTree(child);
      } else {
        delete(child);
      }
    }
    delete(directory);
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    checkAlive();
    SimulatedDirectory synced = names.directory(directory);
    change(Operation.SYNC_DIRECTORY, directory, () -> names.sync(synced));
  }

  @Override
  public synchronized long usableBytes(Path path) throws IOException {
    checkAlive();
    return Math.max(0, capacityBytes - usedBytes());
  }

  @Override
  public synchronized AutoCloseable lock(Path file) throws IOException {
    checkAlive();
    Path key = file.toAbsolutePath().normalize();
    if (!locks.add(key)) {
      throw new DirectoryLockedException(file);
    }
    int lockedIn = life;
    return () -> unlock(key, lockedIn);
  }

  private synchronized void unlock(Path key, int lockedIn) {
    if (lockedIn == life) {
      locks.remove(key);
    }
  }

  private void startAgain() {
    life++;
    dead = false;
    locks.clear();
    faults = FaultPlan.NONE;
    readFaults = ReadFaults.NONE;
    capacityBytes = Long.MAX_VALUE;
  }

  private SimulatedDirectory parentOf(Path file) throws IOException {
    Path parent = file.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new NoSuchFileException(file.toString());
    }
    return names.directory(parent);
  }

  private void checkAlive() throws IOException {
    if (dead) {
      throw new SimulatedCrash("the machine is down");
    }
    checkThere();
  }

  private void checkThere() throws IOException {
    if (gone) {
      throw new IOException("Input/output error: the disk is gone");
    }
  }

  private SimulatedCrash crash(Operation operation, Path path) {
    dead = true;
    return new SimulatedCrash("at operation " + (operations - 1) + ", " + operation + " " + path);
  }

  /** An operation whose failure leaves nothing behind. */
  private void change(Operation operation, Path path, Action action) throws IOException {
    change(operation, path, new Ways(action, () -> {}, action));
  }

  /**
   * How an operation may go.
   *
   * @param partly what it may leave when it fails
   * @param astray done, but in the wrong place
   */
  private record Ways(Action done, Action partly, Action astray) {}

  private void change(Operation operation, Path path, Ways ways) throws IOException {
    Verdict verdict = faults.judge(operations++, operation, path);
    switch (verdict) {
      case PROCEED -> ways.done().run();
      case MISDIRECT -> ways.astray().run();
      case LOSE -> {}
      case FAIL -> {
        ways.partly().run();
        throw new IOException("Input/output error: " + operation + " " + path);
      }
      case FULL -> runOutOfSpace(operation, path, ways);
      case CRASH_BEFORE -> {
        ways.partly().run();
        throw crash(operation, path);
      }
      case CRASH_AFTER -> {
        ways.done().run();
        throw crash(operation, path);
      }
    }
  }

  private static void runOutOfSpace(Operation operation, Path path, Ways ways) throws IOException {
    switch (operation) {
      case CREATE, WRITE, LINK, CREATE_DIRECTORY, RENAME -> {
        ways.partly().run();
        throw new FileSystemException(path.toString(), null, "No space left on device");
      }
      case TRUNCATE, SYNC, DELETE, SYNC_DIRECTORY -> ways.done().run();
    }
  }

  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  private final class OpenFile implements DiskFile {
    private final Path path;
    private final SimulatedContent content;
    private final int openedIn;
    private final boolean writable;
    private boolean closed;

    OpenFile(Path path, SimulatedContent content, int openedIn, boolean writable) {
      this.path = path;
      this.content = content;
      this.openedIn = openedIn;
      this.writable = writable;
    }

    @Override
    public long size() throws IOException {
      synchronized (SimulatedDisk.this) {
        checkUsable();
        return content.size();
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      synchronized (SimulatedDisk.this) {
        checkUsable();
        var verdict = readFaults.judge(path, position);
        if (verdict == ReadFaults.Verdict.FAIL) {
          throw new FileSystemException(path.toString(), null, "Input/output error");
        }
        var bytes = new byte[target.remaining()];
        int read = content.read(bytes, Math.toIntExact(position));
        if (verdict == ReadFaults.Verdict.FLIP && read > 0) {
          int bit = random.nextInt(read * 8);
          bytes[bit / 8] ^= (byte) (1 << bit % 8);
        }
        target.put(bytes, 0, read);
        return read;
      }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      synchronized (SimulatedDisk.this) {
        checkWritable();
        var bytes = new byte[source.remaining()];
        source.get(bytes);
        int offset = Math.toIntExact(position);
        change(
            Operation.WRITE,
            path,
            new Ways(
                () -> writeWithin(capacityBytes, offset, bytes),
                () -> {
                  // How far a failed write came is not known.
                  var part = new byte[random.nextInt(bytes.length + 1)];
                  System.arraycopy(bytes, 0, part, 0, part.length);
                  content.write(offset, part);
                },
                () -> content.write(anySector(), bytes)));
      }
    }

    private int anySector() {
      return random.nextInt(content.size() / SECTOR_BYTES + 1) * SECTOR_BYTES;
    }

    private void writeWithin(long capacity, int offset, byte[] bytes) throws IOException {
      long grown = Math.max(0, offset + (long) bytes.length - content.size());
      long free = capacity == Long.MAX_VALUE ? Long.MAX_VALUE : capacity - usedBytes();
      if (grown <= free) {
        content.write(offset, bytes);
        return;
      }
      long fitting = Math.clamp(bytes.length - (grown - free), 0, bytes.length);
      var part = new byte[(int) fitting];
      System.arraycopy(bytes, 0, part, 0, part.length);
      content.write(offset, part);
      throw new FileSystemException(path.toString(), null, "No space left on device");
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (SimulatedDisk.this) {
        checkWritable();
        if (size < content.size()) {
          change(Operation.TRUNCATE, path, () -> content.resize(Math.toIntExact(size)));
        }
      }
    }

    @Override
    public void syncData() throws IOException {
      synchronized (SimulatedDisk.this) {
        checkUsable();
        Verdict verdict = faults.judge(operations++, Operation.SYNC, path);
        switch (verdict) {
          case PROCEED, FULL, MISDIRECT -> content.sync();
          case LOSE -> {}
          case FAIL -> {
            content.failSync();
            throw new FileSystemException(path.toString(), null, "Input/output error");
          }
          case CRASH_BEFORE -> throw crash(Operation.SYNC, path);
          case CRASH_AFTER -> {
            content.sync();
            throw crash(Operation.SYNC, path);
          }
        }
      }
    }

    @Override
    public void close() {
      closed = true;
    }

    private void checkWritable() throws IOException {
      checkUsable();
      if (!writable) {
        throw new NonWritableChannelException();
      }
    }

    private void checkUsable() throws IOException {
      if (dead || openedIn != life) {
        throw new SimulatedCrash("the process that opened " + path + " is gone");
      }
      checkThere();
      if (closed) {
        throw new ClosedChannelException();
      }
    }
  }
}
