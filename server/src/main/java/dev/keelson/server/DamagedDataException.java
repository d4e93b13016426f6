package dev.keelson.server;

import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.snapshot.SnapshotException;
import dev.keelson.storage.wal.WalException;

/**
 * The member's data is damaged, or a part of it is gone (reliability.md 4): a human must replace
 * it. Starting again does not help.
 */
final class DamagedDataException extends StartException {
  private static final long serialVersionUID = 1L;
  private static final int DAMAGED = 72;
  private static final String WAY_OUT =
      "; remove this member from the cluster and add it again with an empty data directory";

  DamagedDataException(String message) {
    super(message + WAY_OUT);
  }

  private DamagedDataException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether a failure to open the data means that. */
  static boolean isTold(Exception e) {
    return switch (e) {
      case WalException.Corrupt _,
          WalException.SegmentMissing _,
          WalException.SegmentMisplaced _,
          SnapshotException _ ->
          true;
      case EngineException engine -> engine.isDamage();
      default -> false;
    };
  }

  static DamagedDataException of(Exception e, String message) {
    // A log tells the ways out itself.
    return new DamagedDataException(e instanceof WalException ? message : message + WAY_OUT, e);
  }

  @Override
  public int exitCode() {
    return DAMAGED;
  }
}
