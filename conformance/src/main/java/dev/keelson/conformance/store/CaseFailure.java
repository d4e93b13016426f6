package dev.keelson.conformance.store;

/** The server did not do what a case demands; the message says what was expected and what came. */
public final class CaseFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CaseFailure(String message) {
    super(message);
  }
}
