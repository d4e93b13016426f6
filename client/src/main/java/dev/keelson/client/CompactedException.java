package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/** The history that was asked for is no longer kept. */
public final class CompactedException extends DefiniteException {
  private static final long serialVersionUID = 1L;

  private final long compactedRevision;

  CompactedException(long compactedRevision, String message) {
    super(StatusCode.OUT_OF_RANGE, message);
    this.compactedRevision = compactedRevision;
  }

  /** The oldest revision that can still be read, as far as it was told; 0 when it was not. */
  public long compactedRevision() {
    return compactedRevision;
  }
}
