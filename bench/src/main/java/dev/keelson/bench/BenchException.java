package dev.keelson.bench;

/** The load could not be run as asked; the message is one line for the person who asked. */
final class BenchException extends Exception {
  private static final long serialVersionUID = 1L;

  BenchException(String message) {
    super(message);
  }
}
