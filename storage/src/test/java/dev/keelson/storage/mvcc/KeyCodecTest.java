package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyCodecTest {
  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 20);
  }

  private record Version(Bytes key, long main, int sub) {
    byte[] encoded() {
      return KeyCodec.historyKey(key, main, sub);
    }

    /** Keys ascending, of one key the newest first. */
    int compare(Version other) {
      int keys = key.compareTo(other.key);
      int mains = Long.compare(other.main, main);
      return keys != 0 ? keys : mains != 0 ? mains : Integer.compare(other.sub, sub);
    }
  }

  private static Version version(Random random, RandomCommands commands) {
    long main = random.nextBoolean() ? random.nextInt(3) : random.nextLong(Long.MAX_VALUE);
    int sub = random.nextBoolean() ? random.nextInt(3) : random.nextInt(Integer.MAX_VALUE);
    return new Version(commands.key(), main, sub);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void encodedVersionsSortByKeyThenNewestFirst(long seed) {
    var random = new Random(seed);
    var commands = new RandomCommands(seed);
    for (int i = 0; i < 2_000; i++) {
      var a = version(random, commands);
      var b = version(random, commands);

      int encoded = Integer.signum(Arrays.compareUnsigned(a.encoded(), b.encoded()));

      assertThat(encoded).as("%s, %s", a, b).isEqualTo(Integer.signum(a.compare(b)));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsEncodedIsDecoded(long seed) {
    var random = new Random(seed);
    var commands = new RandomCommands(seed);
    for (int i = 0; i < 500; i++) {
      var version = version(random, commands);
      byte[] encoded = version.encoded();

      assertThat(KeyCodec.keyOf(encoded)).isEqualTo(version.key);
      assertThat(KeyCodec.historyMain(encoded)).isEqualTo(version.main);
      assertThat(KeyCodec.historySub(encoded)).isEqualTo(version.sub);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aBoundPartsTheVersionsOfKeysBelowFromTheOthers(long seed) {
    var random = new Random(seed);
    var commands = new RandomCommands(seed);
    for (int i = 0; i < 2_000; i++) {
      var version = version(random, commands);
      var bound = commands.key();

      boolean above = Arrays.compareUnsigned(version.encoded(), KeyCodec.historyBound(bound)) >= 0;

      assertThat(above).as("%s, %s", version, bound).isEqualTo(version.key.compareTo(bound) >= 0);
    }
  }
}
