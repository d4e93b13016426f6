package dev.keelson.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeySpansTest {
  private static final String OPEN = "\0";

  private record Range(String key, String end) {}

  private static KeySpans spans(List<Range> ranges) {
    return KeySpans.of(
        ranges.stream().map(range -> KeySpan.of(bytes(range.key), bytes(range.end))).toList());
  }

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean covers(List<Range> granted, String key, String end) {
    return spans(granted).cover(bytes(key), bytes(end));
  }

  @Test
  @Tag("AU36")
  void whatTouchesIsOne() {
    var granted = List.of(new Range("b", "c"), new Range("a", "b"));
    assertThat(covers(granted, "a", "c")).isTrue();
    assertThat(covers(granted, "a", "d")).isFalse();
    assertThat(covers(List.of(new Range("a", "b"), new Range("b\0", "c")), "a", "c")).isFalse();
  }

  @Test
  @Tag("AU37")
  void oneKeyIsARangeOfOneKey() {
    var granted = List.of(new Range("a", ""));
    assertThat(covers(granted, "a", "")).isTrue();
    assertThat(covers(granted, "a", "a\0")).isTrue();
    assertThat(covers(granted, "a", "a\0\0")).isFalse();
    assertThat(covers(granted, "a\0", "")).isFalse();
    assertThat(covers(granted, "a", OPEN)).isFalse();
  }

  @Test
  @Tag("AU37")
  void anOpenEndIsGreaterThanEveryKey() {
    var granted = List.of(new Range("a", OPEN));
    assertThat(covers(granted, "b", OPEN)).isTrue();
    assertThat(covers(granted, "zz", "")).isTrue();
    assertThat(covers(granted, OPEN, OPEN)).isFalse();
    assertThat(covers(List.of(new Range("a", "\uffff")), "b", OPEN)).isFalse();
    assertThat(covers(List.of(new Range(OPEN, OPEN)), OPEN, OPEN)).isTrue();
    assertThat(covers(List.of(new Range("a", "b"), new Range("b", OPEN)), "a", OPEN)).isTrue();
  }

  @Test
  void aRangeThatEndsBeforeItBeginsNeedsItsFirstKey() {
    assertThat(covers(List.of(new Range("b", "c")), "b", "a")).isTrue();
    assertThat(covers(List.of(new Range("a", "b")), "b", "a")).isFalse();
    assertThat(covers(List.of(), "b", "b")).isFalse();
  }

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 300);
  }

  /** Keys of one or two letters of three, so that one can ask for each key there is. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void coversARangeIfEachOfItsKeysIsGranted(long seed) {
    var random = new Random(seed);
    var granted = new ArrayList<Range>();
    for (int i = random.nextInt(6); i > 0; i--) {
      granted.add(range(random));
    }
    var joined = spans(granted);
    for (int i = 0; i < 50; i++) {
      var asked = range(random);
      assertThat(joined.cover(bytes(asked.key), bytes(asked.end)))
          .as("%s asked of %s", asked, granted)
          .isEqualTo(
              KEYS.stream().filter(key -> in(asked, key)).allMatch(key -> any(granted, key)));
    }
  }

  /** Every key that lies on, just behind or between the ends of ranges. */
  private static final List<String> KEYS = keys();

  private static List<String> keys() {
    var keys = new ArrayList<String>();
    for (char first = 'a'; first <= 'c'; first++) {
      keys.add("" + first);
      for (char second = 'a'; second <= 'c'; second++) {
        keys.add("" + first + second);
      }
    }
    keys.stream().map(key -> key + "\0").toList().forEach(keys::add);
    keys.stream()
        .filter(key -> !key.endsWith("\0"))
        .map(key -> key + "\0x")
        .toList()
        .forEach(keys::add);
    keys.add("zzz");
    return List.copyOf(keys);
  }

  private static Range range(Random random) {
    var key = key(random);
    return switch (random.nextInt(4)) {
      case 0 -> new Range(key, "");
      case 1 -> new Range(key, OPEN);
      default -> {
        var end = key(random);
        yield end.compareTo(key) > 0 ? new Range(key, end) : new Range(key, key + "\0");
      }
    };
  }

  private static String key(Random random) {
    return KEYS.get(random.nextInt(12));
  }

  private static boolean any(List<Range> granted, String key) {
    return granted.stream().anyMatch(range -> in(range, key));
  }

  private static boolean in(Range range, String key) {
    if (range.end.isEmpty()) {
      return key.equals(range.key);
    }
    return key.compareTo(range.key) >= 0
        && (range.end.equals(OPEN) || key.compareTo(range.end) < 0);
  }
}
