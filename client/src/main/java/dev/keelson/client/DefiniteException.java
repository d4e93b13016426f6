package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/** The call changed nothing and never will: it may be made again, if that promises anything. */
public abstract sealed class DefiniteException extends KeelsonException
    permits AccessDeniedException,
        ClientClosedException,
        CompactedException,
        InvalidRequestException,
        NotFoundException,
        OverloadedException,
        OwnershipLostException,
        UnavailableException,
        UnsupportedException {
  private static final long serialVersionUID = 1L;

  DefiniteException(StatusCode code, String message) {
    super(code, message);
  }
}
