package dev.keelson.embedded;

/** The members of an embedded cluster did not do what was asked of them. */
public final class EmbeddedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  EmbeddedException(String message) {
    super(message);
  }

  EmbeddedException(String message, Throwable cause) {
    super(message, cause);
  }
}
