package dev.keelson.server.apply;

/** This member's state is not what the others made of the same log: it must not serve any more. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DivergedException(String message) {
    super(message);
  }
}
