package dev.keelson.raft.membership;

import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * A configuration as the payload of a log entry: a format byte, then voters, outgoing and learners,
 * each a count of four bytes and ids of eight, big-endian. Stored in logs: old bytes must stay
 * readable.
 */
public final class ConfigurationCodec {
  private static final byte FORMAT = 1;

  private ConfigurationCodec() {}

  public static Bytes encode(Configuration configuration) {
    var lists = List.of(configuration.voters(), configuration.outgoing(), configuration.learners());
    int size = 1;
    for (var ids : lists) {
      size += Integer.BYTES + ids.size() * Long.BYTES;
    }
    var out = new byte[size];
    out[0] = FORMAT;
    int at = 1;
    for (var ids : lists) {
      at = put(out, at, ids.size(), Integer.BYTES);
      for (long id : ids) {
        at = put(out, at, id, Long.BYTES);
      }
    }
    return Bytes.wrap(out);
  }

  /**
   * The configuration in an entry's payload.
   *
   * @throws IllegalArgumentException if the payload is no configuration, or one of a format we do
   *     not know
   */
  public static Configuration decode(Bytes payload) {
    if (payload.isEmpty() || payload.at(0) != FORMAT) {
      throw new IllegalArgumentException("not a configuration of format " + FORMAT);
    }
    var lists = new ArrayList<List<Long>>(3);
    int at = 1;
    for (int list = 0; list < 3; list++) {
      long count = take(payload, at, Integer.BYTES);
      at += Integer.BYTES;
      // Checked before anything is allocated by a count that may be garbage.
      if (count * Long.BYTES > payload.length() - at) {
        throw new IllegalArgumentException("a configuration that ends early");
      }
      var ids = new ArrayList<Long>((int) count);
      for (int i = 0; i < count; i++) {
        ids.add(take(payload, at, Long.BYTES));
        at += Long.BYTES;
      }
      lists.add(ids);
    }
    if (at != payload.length()) {
      throw new IllegalArgumentException("bytes after the end of a configuration");
    }
    return new Configuration(lists.get(0), lists.get(1), lists.get(2));
  }

  private static int put(byte[] out, int at, long value, int width) {
    for (int i = 0; i < width; i++) {
      out[at + i] = (byte) (value >>> (8 * (width - 1 - i)));
    }
    return at + width;
  }

  private static long take(Bytes in, int at, int width) {
    if (at + width > in.length()) {
      throw new IllegalArgumentException("a configuration that ends early");
    }
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = value << 8 | (in.at(at + i) & 0xff);
    }
    return value;
  }
}
