package dev.keelson.storage.wal;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a segment's file.
 *
 * @param sequence rises by one from segment to segment, never used twice for different content
 * @param firstIndex the index after the log's last when the segment began
 */
record SegmentName(long sequence, long firstIndex) {
  static final String SUFFIX = ".wal";

  private static final Pattern PATTERN = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16})\\.wal");

  static Optional<SegmentName> parse(String fileName) {
    Matcher matcher = PATTERN.matcher(fileName);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new SegmentName(
            Long.parseUnsignedLong(matcher.group(1), 16),
            Long.parseUnsignedLong(matcher.group(2), 16)));
  }

  String fileName() {
    return String.format("%016x-%016x%s", sequence, firstIndex, SUFFIX);
  }
}
