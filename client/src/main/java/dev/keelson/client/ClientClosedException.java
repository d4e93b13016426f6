package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/** The client was closed before the call was sent. */
public final class ClientClosedException extends DefiniteException {
  private static final long serialVersionUID = 1L;

  ClientClosedException() {
    super(StatusCode.CANCELLED, "the client is closed");
  }
}
