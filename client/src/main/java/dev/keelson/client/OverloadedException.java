package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/** The cluster refused the request before it did anything, because it has too much to do. */
public final class OverloadedException extends DefiniteException {
  private static final long serialVersionUID = 1L;

  OverloadedException(StatusCode code, String message) {
    super(code, message);
  }
}
