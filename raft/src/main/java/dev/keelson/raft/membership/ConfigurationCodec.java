package dev.keelson.raft.membership;

import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * A configuration as the payload of a log entry: a format byte; the version in eight bytes; voters,
 * outgoing, learners and joining, each a count of four bytes and ids of eight, big-endian; then the
 * note to the end. Format 1 has neither version, joining nor note. Stored in logs: old bytes must
 * stay readable.
 */
public final class ConfigurationCodec {
  private static final byte FIRST_FORMAT = 1;
  private static final byte FORMAT = 2;

  /**
   * What stands in an entry.
   *
   * @param note what the state machine is to know of the change; empty in the later steps of it
   */
  public record Decoded(Configuration configuration, Bytes note) {}

  private ConfigurationCodec() {}

  public static Bytes encode(Configuration configuration) {
    return encode(configuration, Bytes.EMPTY);
  }

  /** As {@link #encode(Configuration)}, with a note for the state machine. */
  public static Bytes encode(Configuration configuration, Bytes note) {
    var lists =
        List.of(
            configuration.voters(),
            configuration.outgoing(),
            configuration.learners(),
            configuration.joining());
    int size = 1 + Long.BYTES + note.length();
    for (var ids : lists) {
      size += Integer.BYTES + ids.size() * Long.BYTES;
    }
    var out = new byte[size];
    out[0] = FORMAT;
    int at = put(out, 1, configuration.version(), Long.BYTES);
    for (var ids : lists) {
      at = put(out, at, ids.size(), Integer.BYTES);
      for (long id : ids) {
        at = put(out, at, id, Long.BYTES);
      }
    }
    System.arraycopy(note.backingArray(), note.backingOffset(), out, at, note.length());
    return Bytes.wrap(out);
  }

  /**
   * The configuration in an entry's payload.
   *
   * @throws IllegalArgumentException if the payload is no configuration, or one of a format we do
   *     not know
   */
  public static Configuration decode(Bytes payload) {
    return decodeWithNote(payload).configuration();
  }

  /** As {@link #decode}, with what was written for the state machine. */
  public static Decoded decodeWithNote(Bytes payload) {
    if (payload.isEmpty() || (payload.at(0) != FIRST_FORMAT && payload.at(0) != FORMAT)) {
      throw new IllegalArgumentException("not a configuration of a format up to " + FORMAT);
    }
    boolean first = payload.at(0) == FIRST_FORMAT;
    var in = new Reader(payload, 1);
    long version = first ? 0 : in.take(Long.BYTES);
    var voters = in.takeIds();
    var outgoing = in.takeIds();
    var learners = in.takeIds();
    var joining = first ? List.<Long>of() : in.takeIds();
    var note = payload.slice(in.at, payload.length());
    if (first && !note.isEmpty()) {
      throw new IllegalArgumentException("bytes after the end of a configuration");
    }
    return new Decoded(new Configuration(version, voters, outgoing, learners, joining), note);
  }

  private static int put(byte[] out, int at, long value, int width) {
    for (int i = 0; i < width; i++) {
      out[at + i] = (byte) (value >>> (8 * (width - 1 - i)));
    }
    return at + width;
  }

  private static final class Reader {
    private final Bytes in;
    private int at;

    Reader(Bytes in, int at) {
      this.in = in;
      this.at = at;
    }

    List<Long> takeIds() {
      long count = take(Integer.BYTES);
      // Checked before anything is allocated by a count that may be garbage.
      if (count * Long.BYTES > in.length() - at) {
        throw new IllegalArgumentException("a configuration that ends early");
      }
      var ids = new ArrayList<Long>((int) count);
      for (int i = 0; i < count; i++) {
        ids.add(take(Long.BYTES));
      }
      return ids;
    }

    long take(int width) {
      if (at + width > in.length()) {
        throw new IllegalArgumentException("a configuration that ends early");
      }
      long value = 0;
      for (int i = 0; i < width; i++) {
        value = value << 8 | (in.at(at + i) & 0xff);
      }
      at += width;
      return value;
    }
  }
}
