package dev.keelson.server.transport;

import java.io.IOException;

/** What arrived is not what a member says. The connection is closed; nothing else is disturbed. */
final class FrameException extends IOException {
  private static final long serialVersionUID = 1L;

  FrameException(String message) {
    super(message);
  }
}
