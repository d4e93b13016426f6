package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mvn package} lays out, and the launcher in front of it. */
@Timeout(900)
class DistributionTest {
  private static final Path ROOT = Path.of(System.getProperty("keelson.root"));
  private static final Path DIST = ROOT.resolve("cli/target/dist");
  private static final Map<String, String> THIS_JDK =
      Map.of("KEELSON_JAVA_HOME", System.getProperty("java.home"));

  @TempDir private Path scratch;

  @Test
  void theLauncherWorksFromAnywhereAndThroughLinks() throws IOException, InterruptedException {
    Path link = Files.createSymbolicLink(scratch.resolve("k"), ROOT.resolve("keelson"));
    Path linkToLink = Files.createSymbolicLink(scratch.resolve("kk"), Path.of("k"));
    for (Path launcher : List.of(ROOT.resolve("keelson"), link, linkToLink)) {
      try (var keelson = launch(THIS_JDK, launcher, "version")) {
        assertThat(keelson.awaitExit()).isZero();
        assertThat(keelson.lines().getFirst()).startsWith("keelson 0.");
      }
    }
  }

  @Test
  void whatKeelsonJavaHomeNamesMustBeAJdk25() throws IOException, InterruptedException {
    var environment = Map.of("KEELSON_JAVA_HOME", scratch.toString());
    try (var keelson = launch(environment, ROOT.resolve("keelson"), "version")) {
      assertThat(keelson.awaitExit()).isEqualTo(1);
      assertThat(keelson.lines())
          .containsExactly("keelson: KEELSON_JAVA_HOME=" + scratch + " is no JDK 25");
    }
  }

  @Test
  void anUnbuiltTreeWithoutMavenIsOneLine() throws IOException, InterruptedException {
    Path tree = Files.createDirectories(scratch.resolve("tree"));
    Path launcher = Files.copy(ROOT.resolve("keelson"), tree.resolve("keelson"));
    Path bin = Files.createDirectories(scratch.resolve("bin"));
    for (String tool : List.of("bash", "dirname", "readlink", "grep")) {
      Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin", tool));
    }
    var environment =
        Map.of("KEELSON_JAVA_HOME", System.getProperty("java.home"), "PATH", bin.toString());
    try (var keelson = launch(environment, launcher, "version")) {
      assertThat(keelson.awaitExit()).isEqualTo(1);
      assertThat(keelson.lines())
          .containsExactly(
              "keelson: nothing is built yet and Maven is missing: install maven (3.8 or later)");
    }
  }

  @Test
  void theAotCacheFitsMembersAndShortCommands() throws IOException, InterruptedException {
    assertThat(DIST.resolve("keelson.aot")).isNotEmptyFile();
    for (String flags : List.of("member.jvm", "command.jvm")) {
      var command = new ArrayList<String>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("@" + DIST.resolve(flags));
      // "on" makes a cache that does not fit an error; the launcher leaves it at "auto".
      command.addAll(List.of("-XX:AOTMode=on", "-XX:AOTCache=" + DIST.resolve("keelson.aot")));
      command.addAll(List.of("-cp", classPath(), "dev.keelson.cli.Main", "server", "--version"));
      try (var keelson = KeelsonProcess.start(scratch, Map.of(), command)) {
        assertThat(keelson.awaitExit()).as(String.join("\n", keelson.lines())).isZero();
      }
    }
  }

  @Test
  void nativeLibrariesLieBesideTheJarsAndNotInThem() throws IOException {
    assertThat(DIST.resolve("natives"))
        .isDirectoryContaining("glob:**/librocksdbjni-linux64.so")
        .isDirectoryContaining("glob:**/librocksdbjni-linux-aarch64.so")
        .isDirectoryContaining("glob:**/libnetty_transport_native_epoll_x86_64.so");
    try (var lib = Files.list(DIST.resolve("lib"))) {
      Path rocksdb =
          lib.filter(file -> file.toString().contains("rocksdbjni")).findFirst().orElseThrow();
      try (var jar = new JarFile(rocksdb.toFile())) {
        assertThat(jar.stream().map(entry -> entry.getName()))
            .contains("org/rocksdb/RocksDB.class")
            .noneMatch(name -> name.endsWith(".so") || name.endsWith(".dll"));
      }
    }
  }

  private static String classPath() throws IOException {
    var jars = Files.readAllLines(DIST.resolve("class-path"));
    return String.join(
        ":", jars.stream().map(jar -> DIST.resolve("lib").resolve(jar).toString()).toList());
  }

  private KeelsonProcess launch(Map<String, String> environment, Path launcher, String... args)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(launcher.toString());
    command.addAll(List.of(args));
    return KeelsonProcess.start(scratch, environment, command);
  }
}
