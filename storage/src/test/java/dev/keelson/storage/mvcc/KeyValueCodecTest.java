package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.InvariantViolation;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyValueCodecTest {
  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 10);
  }

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hex(KeyValue kv) {
    return HexFormat.of().formatHex(KeyValueCodec.encode(kv));
  }

  @Test
  void bytesAreThoseOfTheWire() {
    assertThat(hex(new KeyValue(bytes("a"), 2, 300, 1, bytes("1"), 0)))
        .isEqualTo("0a0161" + "1002" + "18ac02" + "2001" + "2a0131");
    assertThat(hex(new KeyValue(bytes("k"), 0, 0, 0, Bytes.EMPTY, 0))).isEqualTo("0a016b");
    assertThat(hex(new KeyValue(bytes("k"), 2, 2, 1, Bytes.EMPTY, -1)))
        .isEqualTo("0a016b" + "1002" + "1802" + "2001" + "30ffffffffffffffffff01");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsEncodedIsDecoded(long seed) {
    var random = new Random(seed);
    var commands = new RandomCommands(seed);
    for (int i = 0; i < 500; i++) {
      long shift = random.nextInt(64);
      var kv =
          new KeyValue(
              commands.key(),
              random.nextLong() >>> shift,
              random.nextLong() >>> shift,
              random.nextLong() >>> shift,
              commands.value(),
              random.nextLong());
      byte[] encoded = KeyValueCodec.encode(kv);

      assertThat(KeyValueCodec.decode(encoded, 0, encoded.length)).isEqualTo(kv);
    }
  }

  @Test
  void anEncodingThatEndsTooEarlyOrHasAStrangeFieldIsSeen() {
    byte[] encoded = KeyValueCodec.encode(new KeyValue(bytes("key"), 2, 2, 1, bytes("v"), 0));
    byte[] strange = {0x7a, 0};

    assertThatThrownBy(() -> KeyValueCodec.decode(encoded, 0, encoded.length - 1))
        .isInstanceOf(InvariantViolation.class);
    assertThatThrownBy(() -> KeyValueCodec.decode(strange, 0, strange.length))
        .isInstanceOf(InvariantViolation.class);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void headsAndStatesAreDecodedAsTheyWereEncoded(long seed) {
    var random = new Random(seed);
    var head =
        new Head(
            random.nextLong(Long.MAX_VALUE),
            random.nextInt(Integer.MAX_VALUE),
            random.nextLong(Long.MAX_VALUE),
            random.nextLong(Long.MAX_VALUE),
            random.nextLong(),
            random.nextInt(Integer.MAX_VALUE),
            random.nextInt());
    assertThat(Head.decode(head.encode())).isEqualTo(head);

    var progress = new CompactionProgress(-1, random.nextLong(), random.nextLong(), 5, 7);
    assertThat(CompactionProgress.decode(progress.encode())).isEqualTo(progress);
    assertThat(StoreState.decode(StoreState.FRESH.encode())).isEqualTo(StoreState.FRESH);
  }
}
