package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/**
 * The lock, the leadership or the lease under which something was to be done is no longer held:
 * nothing was done.
 */
public final class OwnershipLostException extends DefiniteException {
  private static final long serialVersionUID = 1L;

  public OwnershipLostException(String message) {
    super(StatusCode.FAILED_PRECONDITION, message);
  }
}
