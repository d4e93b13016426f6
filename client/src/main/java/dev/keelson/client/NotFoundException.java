package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/** What the request names, a lease or a member, does not exist. */
public final class NotFoundException extends DefiniteException {
  private static final long serialVersionUID = 1L;

  NotFoundException(StatusCode code, String message) {
    super(code, message);
  }
}
