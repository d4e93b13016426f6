package dev.keelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ValuesTest {
  private static Bytes bytes(int... values) {
    var array = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      array[i] = (byte) values[i];
    }
    return Bytes.copyOf(array);
  }

  @Test
  void bytesAreOrderedUnsigned() {
    assertThat(List.of(bytes(0x80), bytes(0x7f), bytes(), bytes(0x7f, 0)).stream().sorted())
        .containsExactly(bytes(), bytes(0x7f), bytes(0x7f, 0), bytes(0x80));
  }

  @Test
  void bytesArePrintedAsTextWhereTheyAreText() {
    assertThat(Bytes.of("grün")).hasToString("grün");
    assertThat(bytes(0xff, 0x0a)).hasToString("0xff0a");
  }

  @Test
  @Tag("R3")
  void aPrefixEndsWithItsLastByteThatCanBeCountedUp() {
    assertThat(KeyRange.prefix("ab").end()).isEqualTo(Bytes.of("ac"));
    assertThat(KeyRange.prefix(bytes(1, 0xff, 0xff)).end()).isEqualTo(bytes(2));
    assertThat(KeyRange.prefix(bytes(0xff)).end()).isEqualTo(bytes(0));
  }

  @Test
  void aPrefixContainsExactlyWhatStartsWithIt() {
    var random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      Bytes prefix = random(random, 1 + random.nextInt(3));
      Bytes key = random(random, 1 + random.nextInt(4));

      assertThat(KeyRange.prefix(prefix).contains(key))
          .as("%s in %s", key, prefix)
          .isEqualTo(key.startsWith(prefix));
    }
  }

  private static Bytes random(Random random, int length) {
    // Few values, the last among them, so that prefixes meet.
    int[] values = random.ints(length, 0, 3).map(i -> i == 2 ? 0xff : i).toArray();
    return bytes(values);
  }

  @Test
  void anEmptyRangeIsNone() {
    assertThatThrownBy(() -> KeyRange.between(Bytes.of("b"), Bytes.of("b")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPasswordIsNotPrinted() {
    assertThat(new Credentials("root", "secret").toString()).doesNotContain("secret");
  }
}
