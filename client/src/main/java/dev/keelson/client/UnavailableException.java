package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/** No member answered in time, and nothing was changed: a read, or a change that was never sent. */
public final class UnavailableException extends DefiniteException {
  private static final long serialVersionUID = 1L;

  UnavailableException(StatusCode code, String message) {
    super(code, message);
  }
}
