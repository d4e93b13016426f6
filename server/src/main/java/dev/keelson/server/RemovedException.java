package dev.keelson.server;

/** The cluster has removed this member; it never runs again. */
public final class RemovedException extends StartException {
  private static final long serialVersionUID = 1L;

  RemovedException(String message) {
    super(message);
  }
}
