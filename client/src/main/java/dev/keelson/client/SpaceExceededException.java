package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/**
 * The store has no space left. Space was checked before the change or while it was made, and the
 * answer does not say which: the change may have happened.
 */
public final class SpaceExceededException extends IndefiniteException {
  private static final long serialVersionUID = 1L;

  SpaceExceededException(StatusCode code, String message) {
    super(code, message);
  }
}
