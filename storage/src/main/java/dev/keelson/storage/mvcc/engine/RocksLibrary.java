package dev.keelson.storage.mvcc.engine;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.jar.JarEntry;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB's native library. The distribution has it on the library path. Elsewhere it is inside a
 * jar: RocksDB's own loader unpacks it into a new temporary file at each start and deletes that
 * only at an orderly end, so that each process that is killed leaves a file behind. Here it is
 * unpacked once and kept, under its checksum, in a directory that only this user can write to;
 * later starts find it there.
 */
final class RocksLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(RocksLibrary.class);
  private static final String FILE_NAME = Environment.getJniLibraryFileName("rocksdb");

  /** What RocksDB looks for in the directories it is given; not the name it has in the jar. */
  private static final String KEPT_NAME = Environment.getJniLibraryFileName("rocksdbjni");

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private RocksLibrary() {}

  /** Loads it, if that was not done yet; any number of threads may ask. */
  static void load() {
    if (RocksDB.rocksdbVersion() != null) {
      return;
    }
    Optional<Path> kept = isOnLibraryPath() ? Optional.empty() : keep();
    if (kept.isEmpty() || !isLoadedFrom(kept.get())) {
      RocksDB.loadLibrary();
    }
  }

  private static boolean isLoadedFrom(Path directory) {
    try {
      RocksDB.loadLibrary(List.of(directory.toString()));
      return true;
    } catch (UnsatisfiedLinkError e) {
      LOG.warn("the kept RocksDB library is not used: file={}", directory.resolve(KEPT_NAME), e);
      return false;
    }
  }

  private static boolean isOnLibraryPath() {
    return Arrays.stream(System.getProperty("java.library.path", "").split(File.pathSeparator))
        .anyMatch(directory -> new File(directory, FILE_NAME).exists());
  }

  private static Optional<Path> keep() {
    URL inside = RocksDB.class.getResource("/" + FILE_NAME);
    if (inside == null) {
      return Optional.empty();
    }
    var home = Path.of(System.getProperty("java.io.tmpdir"), "keelson-" + userName());
    try {
      return keep(inside, home);
    } catch (IOException | UnsupportedOperationException e) {
      // RocksDB's own way needs less, and leaves a file behind at worst.
      LOG.warn("the RocksDB library is not kept: directory={} error={}", home, e.toString());
      return Optional.empty();
    }
  }

  private static String userName() {
    return System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9_.-]", "_");
  }

  /**
   * The directory with the library, unpacked if it is not there yet.
   *
   * @param inside where it is in its jar; empty is answered for what is in no jar
   * @param home made if it is missing
   * @throws IOException also where the directory is not this user's alone: anybody could have put
   *     there what we then run
   */
  static Optional<Path> keep(URL inside, Path home) throws IOException {
    if (!(inside.openConnection() instanceof JarURLConnection connection)) {
      return Optional.empty();
    }
    connection.setUseCaches(false);
    try (var jar = connection.getJarFile()) {
      JarEntry entry = connection.getJarEntry();
      makeOwn(home);
      String checksum = HexFormat.of().toHexDigits((int) entry.getCrc());
      Path directory = home.resolve("rocksdb-" + checksum);
      Files.createDirectories(directory);
      Path library = directory.resolve(KEPT_NAME);
      if (!isWhole(library, entry)) {
        try (var bytes = jar.getInputStream(entry)) {
          unpack(bytes, library);
        }
      }
      return Optional.of(directory);
    }
  }

  private static boolean isWhole(Path library, JarEntry entry) throws IOException {
    return Files.isRegularFile(library, LinkOption.NOFOLLOW_LINKS)
        && Files.size(library) == entry.getSize();
  }

  /** Whole or not at all, also when several processes do it at once, or the machine stops. */
  private static void unpack(InputStream bytes, Path library) throws IOException {
    Path unfinished = Files.createTempFile(library.getParent(), "unpacking", ".tmp");
    try {
      try (var file = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        OutputStream out = Channels.newOutputStream(file);
        bytes.transferTo(out);
        file.force(true);
      }
      Files.move(unfinished, library, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static void makeOwn(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      // Whose it is comes next.
    }
    // Whoever has the name first: a better one would cost a start more than the library does.
    int name = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
    Path probe = Files.createFile(directory.resolve("owner-" + name + ".tmp"));
    try {
      var ours = attributes(probe);
      var its = attributes(directory);
      if (!its.isDirectory()
          || !its.owner().equals(ours.owner())
          || !its.permissions().equals(OWNER_ONLY)) {
        throw new IOException(directory + " is not this user's alone");
      }
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  private static PosixFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
