package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/** The server does not know the call. */
public final class UnsupportedException extends DefiniteException {
  private static final long serialVersionUID = 1L;

  UnsupportedException(StatusCode code, String message) {
    super(code, message);
  }
}
