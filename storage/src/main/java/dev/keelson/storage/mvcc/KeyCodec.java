package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Invariant;
import java.util.Arrays;

/**
 * How keys and revisions become engine keys.
 *
 * <p>History: the key, escaped so that order is kept and no key is the beginning of another, then
 * the complemented revision, so that the newest version comes first. Changes: the revision as it
 * is.
 */
final class KeyCodec {
  /** Main and sub revision. */
  static final int REVISION_BYTES = 12;

  // 00 becomes 00 ff, and 00 01 ends the key: whatever follows, a shorter key sorts first.
  private static final byte ESCAPED_ZERO = (byte) 0xff;
  private static final byte TERMINATOR = 0x01;
  private static final int TERMINATOR_BYTES = 2;

  private KeyCodec() {}

  static int historyKeyLength(Bytes key) {
    return escapedLength(key) + TERMINATOR_BYTES + REVISION_BYTES;
  }

  static void writeHistoryKey(byte[] target, int at, Bytes key, long main, int sub) {
    int next = writeEscaped(target, at, key);
    target[next++] = 0;
    target[next++] = TERMINATOR;
    writeRevision(target, next, ~main, ~sub);
  }

  static byte[] historyKey(Bytes key, long main, int sub) {
    byte[] encoded = new byte[historyKeyLength(key)];
    writeHistoryKey(encoded, 0, key, main, sub);
    return encoded;
  }

  /** The first engine key that any key from this one on can have. */
  static byte[] historyBound(Bytes key) {
    byte[] bound = new byte[escapedLength(key)];
    writeEscaped(bound, 0, key);
    return bound;
  }

  /** Past the versions of this entry's key that are newer than the revision. */
  static byte[] historySeek(byte[] entry, long revision) {
    byte[] target = entry.clone();
    // All subs of the revision still count.
    writeRevision(target, target.length - REVISION_BYTES, ~revision, 0);
    return target;
  }

  /** Past all versions of this entry's key. */
  static byte[] historyEnd(byte[] entry) {
    byte[] target = entry.clone();
    Arrays.fill(target, target.length - REVISION_BYTES, target.length, (byte) 0xff);
    return target;
  }

  static boolean isSameKey(byte[] entry, byte[] other) {
    int length = entry.length - REVISION_BYTES;
    return entry.length == other.length && Arrays.equals(entry, 0, length, other, 0, length);
  }

  /** Whether an entry is a version of the key. */
  static boolean isVersionOf(byte[] entry, Bytes key) {
    return isSameKey(entry, historyKey(key, 0, 0));
  }

  static long historyMain(byte[] entry) {
    return ~readLong(entry, entry.length - REVISION_BYTES);
  }

  static int historySub(byte[] entry) {
    return ~readInt(entry, entry.length - Integer.BYTES);
  }

  /** The key whose version an entry is. */
  static Bytes keyOf(byte[] entry) {
    int end = entry.length - REVISION_BYTES - TERMINATOR_BYTES;
    byte[] key = new byte[end];
    int length = 0;
    for (int i = 0; i < end; i++) {
      key[length++] = entry[i];
      if (entry[i] == 0) {
        i++;
        Invariant.check(i < end && entry[i] == ESCAPED_ZERO, "a history key has no valid escape");
      }
    }
    return Bytes.wrap(key, 0, length);
  }

  static byte[] changeKey(long main, int sub) {
    byte[] encoded = new byte[REVISION_BYTES];
    writeRevision(encoded, 0, main, sub);
    return encoded;
  }

  static long changeMain(byte[] entry) {
    return readLong(entry, 0);
  }

  static int changeSub(byte[] entry) {
    return readInt(entry, Long.BYTES);
  }

  static void writeRevision(byte[] target, int at, long main, int sub) {
    for (int i = 0; i < Long.BYTES; i++) {
      target[at + i] = (byte) (main >>> (56 - 8 * i));
    }
    for (int i = 0; i < Integer.BYTES; i++) {
      target[at + Long.BYTES + i] = (byte) (sub >>> (24 - 8 * i));
    }
  }

  private static int escapedLength(Bytes key) {
    byte[] array = key.backingArray();
    int offset = key.backingOffset();
    int length = key.length();
    for (int i = offset; i < offset + key.length(); i++) {
      if (array[i] == 0) {
        length++;
      }
    }
    return length;
  }

  private static int writeEscaped(byte[] target, int at, Bytes key) {
    byte[] array = key.backingArray();
    int offset = key.backingOffset();
    int next = at;
    for (int i = offset; i < offset + key.length(); i++) {
      target[next++] = array[i];
      if (array[i] == 0) {
        target[next++] = ESCAPED_ZERO;
      }
    }
    return next;
  }

  private static long readLong(byte[] source, int at) {
    return new ByteCursor(source, at, at + Long.BYTES).fixed64();
  }

  private static int readInt(byte[] source, int at) {
    return new ByteCursor(source, at, at + Integer.BYTES).fixed32();
  }
}
