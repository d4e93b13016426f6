package dev.keelson.storage.snapshot;

import java.io.IOException;

/** A snapshot or a state directory is not what it should be. Nothing was installed. */
public final class SnapshotException extends IOException {
  private static final long serialVersionUID = 1;

  public SnapshotException(String message) {
    super(message);
  }
}
