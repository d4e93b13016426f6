package dev.keelson.storage.mvcc.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksLibraryTest {
  private static final byte[] LIBRARY = "a library".repeat(10_000).getBytes(StandardCharsets.UTF_8);

  @TempDir private Path scratch;

  /** A start on a class path, ended as kill -9 ends it. */
  static final class KilledProcess {
    private KilledProcess() {}

    public static void main(String[] arguments) {
      RocksEngine.open(Path.of(arguments[0]), EngineConfig.small());
      Runtime.getRuntime().halt(137);
    }
  }

  @Test
  void killedProcessesLeaveOneLibraryBehindHoweverManyTheyWere() throws Exception {
    Path temporary = Files.createDirectory(scratch.resolve("tmp"));
    kill(temporary, scratch.resolve("store-1"));
    List<Path> first = filesBelow(temporary);
    FileTime unpacked = Files.getLastModifiedTime(first.getFirst());

    kill(temporary, scratch.resolve("store-2"));

    assertThat(first).hasSize(1);
    assertThat(filesBelow(temporary)).isEqualTo(first);
    assertThat(Files.getLastModifiedTime(first.getFirst())).isEqualTo(unpacked);
  }

  private void kill(Path temporary, Path store) throws Exception {
    Path output = scratch.resolve("output");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + temporary,
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                KilledProcess.class.getName(),
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(output)).isEqualTo(137);
    assertThat(store).isNotEmptyDirectory();
  }

  @Test
  void aFileThatIsNotWholeIsReplaced() throws IOException {
    URL jar = jar(LIBRARY);
    Path home = scratch.resolve("home");
    Path kept = filesBelow(RocksLibrary.keep(jar, home).orElseThrow()).getFirst();
    Files.writeString(kept, "a libr");

    RocksLibrary.keep(jar, home);

    assertThat(kept).hasBinaryContent(LIBRARY);
    assertThat(filesBelow(home)).containsExactly(kept);
  }

  @Test
  void anotherVersionHasAPlaceOfItsOwn() throws IOException {
    Path home = scratch.resolve("home");
    Path one = RocksLibrary.keep(jar(LIBRARY), home).orElseThrow();
    Path other =
        RocksLibrary.keep(jar("another library".getBytes(StandardCharsets.UTF_8)), home)
            .orElseThrow();

    assertThat(other).isNotEqualTo(one);
    assertThat(filesBelow(home)).hasSize(2);
  }

  @Test
  void whoUnpackAtOnceAllFindItWhole() throws IOException {
    URL jar = jar(LIBRARY);
    Path home = scratch.resolve("home");
    try (var threads = Executors.newFixedThreadPool(8)) {
      var unpackers =
          IntStream.range(0, 8)
              .mapToObj(i -> CompletableFuture.supplyAsync(() -> contentKept(jar, home), threads))
              .toList();

      assertThat(unpackers).allSatisfy(one -> assertThat(one.join()).isEqualTo(LIBRARY));
    }
    assertThat(filesBelow(home)).hasSize(1);
  }

  private static byte[] contentKept(URL jar, Path home) {
    try (Stream<Path> files = Files.list(RocksLibrary.keep(jar, home).orElseThrow())) {
      return Files.readAllBytes(
          files.filter(file -> !file.toString().endsWith(".tmp")).findAny().orElseThrow());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aDirectoryThatOthersCanWriteToIsNotTrusted() throws IOException {
    URL jar = jar(LIBRARY);
    Path open = Files.createDirectory(scratch.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path link = Files.createSymbolicLink(scratch.resolve("link"), scratch.resolve("elsewhere"));
    RocksLibrary.keep(jar, scratch.resolve("elsewhere"));

    for (Path home : List.of(open, link)) {
      assertThatThrownBy(() -> RocksLibrary.keep(jar, home))
          .isInstanceOf(IOException.class)
          .hasMessage(home + " is not this user's alone");
    }
    assertThat(open).isEmptyDirectory();
  }

  private URL jar(byte[] library) throws IOException {
    Path file = Files.createTempFile(scratch, "library", ".jar");
    try (var jar = new JarOutputStream(Files.newOutputStream(file))) {
      jar.putNextEntry(new JarEntry("library.so"));
      jar.write(library);
      jar.closeEntry();
    }
    return URI.create("jar:" + file.toUri() + "!/library.so").toURL();
  }

  private static List<Path> filesBelow(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
