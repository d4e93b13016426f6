package dev.keelson.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.storage.disk.Disk.DirectoryLockedException;
import dev.keelson.storage.disk.Disk.Mode;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PosixDiskTest {
  @TempDir private Path directory;
  private final PosixDisk disk = new PosixDisk();
  private Path file = Path.of("");

  @BeforeEach
  void nameFile() {
    file = directory.resolve("file");
  }

  @Test
  void writtenBytesAreReadBackAtTheirPosition() throws IOException {
    try (DiskFile opened = disk.open(file, Mode.CREATE)) {
      opened.write(bytes("world"), 6);
      opened.write(bytes("hello "), 0);
      opened.syncData();
      var target = ByteBuffer.allocate(64);

      assertThat(opened.read(target, 6)).isEqualTo(5);
      assertThat(opened.read(ByteBuffer.allocate(1), 11)).isZero();
      assertThat(new String(target.array(), 0, 5, StandardCharsets.US_ASCII)).isEqualTo("world");
      opened.truncate(3);
      assertThat(opened.size()).isEqualTo(3);
    }
    disk.syncDirectory(directory);
  }

  @Test
  void modesRefuseWhatTheyShould() throws IOException {
    assertThatThrownBy(() -> disk.open(file, Mode.READ)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.open(file, Mode.WRITE)).isInstanceOf(NoSuchFileException.class);
    disk.open(file, Mode.CREATE).close();
    assertThatThrownBy(() -> disk.open(file, Mode.CREATE))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void namesAreListedInOrderAndMoved() throws IOException {
    disk.createDirectories(directory.resolve("sub/deep"));
    Files.writeString(directory.resolve("b"), "b");
    Files.writeString(directory.resolve("a"), "a");
    disk.rename(directory.resolve("b"), directory.resolve("sub/b"));
    disk.link(directory.resolve("sub/b"), directory.resolve("c"));

    assertThat(disk.list(directory)).containsExactly("a", "c", "sub");
    assertThat(disk.list(directory.resolve("none"))).isEmpty();

    disk.deleteTree(directory.resolve("sub"));
    disk.deleteTree(directory.resolve("sub"));
    disk.delete(directory.resolve("a"));
    assertThat(disk.list(directory)).containsExactly("c");
  }

  @Test
  void usableBytesAreKnownForAPathThatDoesNotExistYet() throws IOException {
    assertThat(disk.usableBytes(directory.resolve("not/yet"))).isPositive();
  }

  @Test
  void lockIsRefusedToASecondTakerUntilReleased() throws Exception {
    var other = new PosixDisk();
    try (var held = disk.lock(file)) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> disk.lock(file)).isInstanceOf(DirectoryLockedException.class);
      assertThatThrownBy(() -> other.lock(file)).isInstanceOf(DirectoryLockedException.class);
    }
    disk.lock(file).close();
    other.lock(file).close();
  }

  @Test
  void lockOutlivesARefusedTakerSoThatAnotherProcessIsRefused() throws Exception {
    var refused = new PosixDisk();
    try (var held = disk.lock(file)) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> refused.lock(file)).isInstanceOf(DirectoryLockedException.class);

      assertThat(lockInAnotherProcess()).contains("DirectoryLockedException");
    } finally {
      // Until here the refused disk is reachable: were it collected, its channel would be closed.
      Reference.reachabilityFence(refused);
    }
    assertThat(lockInAnotherProcess()).startsWith("locked");
  }

  private String lockInAnotherProcess() throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                LockingProcess.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  /** Started by the test as a process of its own. */
  static final class LockingProcess {
    private LockingProcess() {}

    public static void main(String[] arguments) throws Exception {
      try (var held = new PosixDisk().lock(Path.of(arguments[0]))) {
        System.out.println("locked " + held);
      } catch (DirectoryLockedException e) {
        System.out.println(e);
      }
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
