package dev.keelson.raft.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Bytes;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationCodecTest {
  private static final Configuration JOINT =
      new Configuration(5, List.of(1L, -2L), List.of(3L), List.of(), List.of());

  private static final Configuration JOINING =
      new Configuration(6, List.of(1L), List.of(), List.of(4L), List.of(7L));

  private static final String IDS_HEX =
      "00000002fffffffffffffffe0000000000000001" + "000000010000000000000003" + "00000000";

  @Test
  void whatIsEncodedIsDecoded() {
    assertThat(ConfigurationCodec.decode(ConfigurationCodec.encode(JOINT))).isEqualTo(JOINT);
    assertThat(ConfigurationCodec.decode(ConfigurationCodec.encode(JOINING))).isEqualTo(JOINING);
  }

  @Test
  void aNoteTravelsBehindTheConfiguration() {
    var note = Bytes.wrap(new byte[] {1, 2, 3});

    assertThat(ConfigurationCodec.decodeWithNote(ConfigurationCodec.encode(JOINT, note)))
        .isEqualTo(new ConfigurationCodec.Decoded(JOINT, note));
  }

  @Test
  void bytesInOldLogsStayReadable() {
    assertThat(ConfigurationCodec.encode(JOINT).toArray())
        .isEqualTo(HexFormat.of().parseHex("02" + "0000000000000005" + IDS_HEX + "00000000"));
    assertThat(ConfigurationCodec.decode(Bytes.wrap(HexFormat.of().parseHex("01" + IDS_HEX))))
        .isEqualTo(new Configuration(List.of(1L, -2L), List.of(3L), List.of()));
  }

  @Test
  void everyTruncationIsRefused() {
    var bytes = ConfigurationCodec.encode(JOINT);
    for (int length = 0; length < bytes.length(); length++) {
      var cut = bytes.slice(0, length);
      assertThatThrownBy(() -> ConfigurationCodec.decode(cut))
          .as("cut to %d bytes", length)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "03" + "000000000000000000000000",
        "01ffffffff",
        "01000000000000000000000000" + "00"
      })
  void garbageIsRefusedBeforeAnythingIsAllocatedForIt(String hex) {
    var garbage = Bytes.wrap(HexFormat.of().parseHex(hex));

    assertThatThrownBy(() -> ConfigurationCodec.decode(garbage))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
