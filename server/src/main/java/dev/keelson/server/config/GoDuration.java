package dev.keelson.server.config;

import java.math.BigDecimal;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Spans of time as Go writes them: {@code 1h30m}, {@code 1.5s}, {@code 250ms}. */
final class GoDuration {
  private static final Pattern PART =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
  private static final Map<String, Long> UNIT_NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private GoDuration() {}

  /** In nanoseconds, rounded down; empty if it is none, negative, or longer than Go can tell. */
  static OptionalLong parse(String text) {
    var parts = PART.matcher(text);
    var sum = BigDecimal.ZERO;
    int end = 0;
    while (end < text.length() && parts.find(end) && parts.start() == end) {
      var unit = BigDecimal.valueOf(UNIT_NANOS.getOrDefault(parts.group(2), 0L));
      sum = sum.add(new BigDecimal(parts.group(1)).multiply(unit));
      end = parts.end();
    }
    boolean whole = end == text.length() && end > 0;
    boolean fits = sum.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
    return whole && fits ? OptionalLong.of(sum.longValue()) : OptionalLong.empty();
  }
}
