package dev.keelson.storage.mvcc.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tree against a sorted map of the library, in all its versions. */
class ByteTreeTest {
  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 10);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyVersionStaysWhatItWas(long seed) {
    var random = new Random(seed);
    int keys = 1 + random.nextInt(4_000);
    var model = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
    Map<ByteTree, Map<byte[], byte[]>> kept = new LinkedHashMap<>();
    ByteTree tree = ByteTree.EMPTY;
    for (int i = 0; i < 12_000; i++) {
      // Grows, then shrinks to nearly nothing, so that nodes are cut and joined on all levels.
      boolean removes = random.nextInt(10) < (i / 3_000 % 2 == 0 ? 1 : 9);
      byte[] key = key(random.nextInt(keys));
      if (removes) {
        tree = tree.remove(key);
        model.remove(key);
      } else {
        byte[] value = new byte[random.nextInt(5)];
        random.nextBytes(value);
        tree = tree.put(key, value);
        model.put(key, value);
      }
      if (i % 1_500 == 0) {
        kept.put(tree, new TreeMap<>(model));
      }
      if (i % 100 == 0) {
        checkSeek(tree, model, key(random.nextInt(keys)));
      }
    }
    kept.put(tree, model);
    kept.forEach(ByteTreeTest::checkEqual);
  }

  @Test
  void ascendingKeysFillTheirNodes() {
    ByteTree tree = ByteTree.EMPTY;
    var model = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
    for (int i = 0; i < 5_000; i++) {
      tree = tree.put(key(i), key(i));
      model.put(key(i), key(i));
    }
    checkEqual(tree, model);
    for (int i = 0; i < 5_000; i++) {
      tree = tree.remove(key(i));
    }
    checkEqual(tree, Map.of());
  }

  private static byte[] key(int number) {
    return new byte[] {(byte) (number * 7), (byte) (number >> 8), (byte) number};
  }

  private static void checkSeek(ByteTree tree, NavigableMap<byte[], byte[]> model, byte[] key) {
    assertThat(tree.get(key).orElse(new byte[] {99, 99}))
        .isEqualTo(model.getOrDefault(key, new byte[] {99, 99}));
    var walk = tree.walk();
    boolean more = walk.seek(key);
    for (byte[] expected : model.tailMap(key, true).keySet().stream().limit(40).toList()) {
      assertThat(more).isTrue();
      assertThat(walk.key()).isEqualTo(expected);
      more = walk.next();
    }
  }

  private static void checkEqual(ByteTree tree, Map<byte[], byte[]> model) {
    List<byte[]> found = new ArrayList<>();
    var walk = tree.walk();
    for (boolean more = walk.seek(new byte[0]); more; more = walk.next()) {
      found.add(walk.key());
      found.add(walk.value());
    }
    List<byte[]> expected = new ArrayList<>();
    model.forEach(
        (key, value) -> {
          expected.add(key);
          expected.add(value);
        });
    assertThat(found).usingElementComparator(Arrays::compareUnsigned).isEqualTo(expected);
    assertThat(tree.bytes()).isEqualTo(expected.stream().mapToLong(part -> part.length).sum());
  }
}
