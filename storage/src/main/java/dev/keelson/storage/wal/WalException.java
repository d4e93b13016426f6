package dev.keelson.storage.wal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Why a log is refused. A refused log was not changed: what to do is the operator's decision, and
 * the message says which there are.
 */
public abstract sealed class WalException extends IOException {
  private static final long serialVersionUID = 1;

  private static final String WAYS_OUT =
      " The member must not vote with this log. Restore the file from where it is intact, or remove"
          + " the member from the cluster and add it again with an empty data directory.";

  private final transient Path file;
  private final long offset;

  private WalException(Path file, long offset, String message) {
    super(message);
    this.file = file;
    this.offset = offset;
  }

  /** The file that is wrong, or the directory if one is missing. */
  public Path file() {
    return file;
  }

  /** Where in the file; 0 if the file as a whole is meant. */
  public long offset() {
    return offset;
  }

  /** What was durable cannot be read any more (reliability.md, anchor 3). */
  public static final class Corrupt extends WalException {
    private static final long serialVersionUID = 1;

    Corrupt(Path file, long offset, String found) {
      super(file, offset, file + " is damaged at offset " + offset + ": " + found + "." + WAYS_OUT);
    }
  }

  /** A segment in the middle or at the end is gone. */
  public static final class SegmentMissing extends WalException {
    private static final long serialVersionUID = 1;

    SegmentMissing(Path directory, long sequence, String witness) {
      super(
          directory,
          0,
          String.format(
              "segment %016x of the log is missing from %s: %s.%s",
              sequence, directory, witness, WAYS_OUT));
    }
  }

  /** A segment that was renamed, copied or doubled. */
  public static final class SegmentMisplaced extends WalException {
    private static final long serialVersionUID = 1;

    SegmentMisplaced(Path file, String found) {
      super(file, 0, file + " is not where it was written: " + found + "." + WAYS_OUT);
    }
  }

  /** The log of another cluster or member. */
  public static final class Foreign extends WalException {
    private static final long serialVersionUID = 1;

    Foreign(Path file, WalIdentity expected, WalIdentity found) {
      super(
          file,
          0,
          file
              + " belongs to "
              + found
              + ", but this is "
              + expected
              + ". Start with the data directory of this member, or with an empty one.");
    }
  }

  /** A WAL of another version. */
  public static final class UnknownVersion extends WalException {
    private static final long serialVersionUID = 1;

    UnknownVersion(Path file, int version, int known) {
      super(
          file,
          0,
          file
              + " is a WAL of another version: format "
              + Integer.toUnsignedString(version)
              + ", this program reads format "
              + known
              + ". Start the version that wrote it.");
    }
  }
}
