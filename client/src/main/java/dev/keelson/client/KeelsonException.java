package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/**
 * A call failed. The type says what the caller must know before it does anything else: whether
 * {@linkplain DefiniteException nothing was changed}, or {@linkplain IndefiniteException something
 * may have been}.
 */
public abstract sealed class KeelsonException extends RuntimeException
    permits DefiniteException, IndefiniteException {
  private static final long serialVersionUID = 1L;

  private final StatusCode code;

  KeelsonException(StatusCode code, String message) {
    super(message);
    this.code = code;
  }

  /** The status on the wire, or the nearest to it when the failure is of this side. */
  public StatusCode code() {
    return code;
  }
}
