package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/** The request can never succeed as it is, or not in the state that the store is in. */
public final class InvalidRequestException extends DefiniteException {
  private static final long serialVersionUID = 1L;

  InvalidRequestException(StatusCode code, String message) {
    super(code, message);
  }
}
