package dev.keelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeySpaceTest {

  @Test
  void keysAreDifferentAndOfOneLength() {
    var keys = new KeySpace(1_000, 9);
    var seen = new HashSet<ByteString>();
    for (int i = 0; i < 1_000; i++) {
      assertThat(keys.key(i).size()).isEqualTo(9);
      seen.add(keys.key(i));
    }

    assertThat(seen).hasSize(1_000);
    assertThat(keys.key(0).toStringUtf8()).isEqualTo("bench/000");
    assertThat(keys.key(999).toStringUtf8()).isEqualTo("bench/999");
  }

  @Test
  void keysTooShortForTheirNumberAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new KeySpace(1_001, 9));
  }

  @Test
  void valuesHaveTheAskedLengthAndFollowTheSeed() {
    var one = new ValuePool(100, new SplittableRandom(5)).any(new SplittableRandom(6));
    var same = new ValuePool(100, new SplittableRandom(5)).any(new SplittableRandom(6));
    var other = new ValuePool(100, new SplittableRandom(7)).any(new SplittableRandom(6));

    assertThat(one.size()).isEqualTo(100);
    assertThat(same).isEqualTo(one);
    assertThat(other).isNotEqualTo(one);
  }

  @Test
  void emptyAndHugeValuesAreMade() {
    var random = new SplittableRandom(1);

    assertThat(new ValuePool(0, random).any(random).size()).isZero();
    assertThat(new ValuePool(16 << 20, random).any(random).size()).isEqualTo(16 << 20);
  }
}
