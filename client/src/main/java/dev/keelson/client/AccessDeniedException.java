package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/** The user, the password or the user's permissions do not allow the call. */
public final class AccessDeniedException extends DefiniteException {
  private static final long serialVersionUID = 1L;

  AccessDeniedException(StatusCode code, String message) {
    super(code, message);
  }
}
