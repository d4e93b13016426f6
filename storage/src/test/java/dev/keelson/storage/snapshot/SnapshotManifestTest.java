package dev.keelson.storage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotManifestTest {
  private static SnapshotManifest manifest(String... names) {
    var configuration = new Configuration(7, List.of(1L, 2L), List.of(), List.of(-4L), List.of(5L));
    var files =
        List.of(names).stream().map(name -> new SnapshotManifest.Entry(name, 10, -7)).toList();
    return new SnapshotManifest(
        new SnapshotDescriptor(new LogPosition(3, 99), configuration), 42, files);
  }

  @Test
  void whatIsEncodedIsDecoded() throws IOException {
    var manifest = manifest("000012.sst", "MANIFEST-000004", "CURRENT");

    assertThat(SnapshotManifest.decode(manifest.encode())).isEqualTo(manifest);
  }

  @Test
  void everyFlippedBitAndEveryCutIsSeen() {
    byte[] encoded = manifest("a", "b").encode().toArray();

    for (int bit = 0; bit < encoded.length * 8; bit++) {
      byte[] flipped = encoded.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> SnapshotManifest.decode(Bytes.wrap(flipped)))
          .isInstanceOf(SnapshotException.class);
    }
    for (int length = 0; length < encoded.length; length++) {
      var cut = Bytes.wrap(encoded, 0, length);
      assertThatThrownBy(() -> SnapshotManifest.decode(cut)).isInstanceOf(SnapshotException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b", "..", ".", "", "/etc/passwd", ".hidden"})
  void aFileOutsideTheSnapshotIsRefused(String name) {
    assertThatThrownBy(() -> SnapshotManifest.decode(manifest(name).encode()))
        .isInstanceOf(SnapshotException.class);
  }

  @Test
  void twoFilesOfOneNameAreRefused() {
    assertThatThrownBy(() -> SnapshotManifest.decode(manifest("a", "a").encode()))
        .isInstanceOf(SnapshotException.class);
  }

  @Test
  void positionsLeapOverFilesWithoutBytes() {
    var files =
        List.of(
            new SnapshotManifest.Entry("a", 0, 0),
            new SnapshotManifest.Entry("b", 5, 0),
            new SnapshotManifest.Entry("c", 0, 0));
    var manifest = new SnapshotManifest(manifest().descriptor(), 1, files);

    assertThat(manifest.first()).isEqualTo(new ChunkPosition(1, 0));
    var last = Chunk.of(new ChunkPosition(1, 0), Bytes.wrap(new byte[5]));
    assertThat(manifest.isEnd(manifest.after(last))).isTrue();
  }
}
