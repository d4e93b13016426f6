package dev.keelson.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.cluster.MemberFile.ForeignDirectoryException;
import dev.keelson.storage.disk.PosixDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberFileTest {
  private static final MemberFile FILE = new MemberFile(new ServerIdentity(-5, 7), "m1");

  private final PosixDisk disk = new PosixDisk();
  @TempDir private Path directory;

  @Test
  void whatWasWrittenIsRead() throws IOException {
    FILE.write(disk, directory);

    assertThat(MemberFile.read(disk, directory)).contains(FILE);
  }

  @Test
  void anEmptyOrAbsentDirectoryBelongsToNobody() throws IOException {
    assertThat(MemberFile.read(disk, directory)).isEmpty();
    assertThat(MemberFile.read(disk, directory.resolve("absent"))).isEmpty();
  }

  @Test
  void aDirectoryWithOtherFilesIsRefusedAndLeftAlone() throws IOException {
    Files.writeString(directory.resolve("thesis.tex"), "precious");

    assertThatThrownBy(() -> MemberFile.read(disk, directory))
        .isInstanceOf(ForeignDirectoryException.class)
        .hasMessageContaining("thesis.tex")
        .hasMessageContaining("not a Keelson data directory");
    assertThat(directory.toFile().list()).containsExactly("thesis.tex");
  }

  @Test
  void anotherFormatIsRefused() throws IOException {
    Files.writeString(directory.resolve("MEMBER"), "keelson-member 2\n1\n2\nm1\n");

    assertThatThrownBy(() -> MemberFile.read(disk, directory))
        .isInstanceOf(ForeignDirectoryException.class)
        .hasMessageContaining("this version reads format 1");
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    Files.writeString(directory.resolve("MEMBER"), "keelson-member 1\nxyz\n2\nm1\n");

    assertThatThrownBy(() -> MemberFile.read(disk, directory))
        .isInstanceOf(ForeignDirectoryException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void aFirstStartThatDiedBeforeTheFileWasThereMayBeRepeated() throws IOException {
    Files.writeString(directory.resolve("LOCK"), "");
    Files.writeString(directory.resolve("MEMBER.new"), "keel");

    assertThat(MemberFile.read(disk, directory)).isEmpty();
    FILE.write(disk, directory);

    assertThat(MemberFile.read(disk, directory)).contains(FILE);
  }
}
