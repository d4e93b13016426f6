package dev.keelson.cli.up;

/** Why the cluster does not start, in one line for the person at the console. */
final class UpException extends Exception {
  private static final long serialVersionUID = 1L;

  UpException(String line) {
    super(line);
  }

  String line() {
    return String.valueOf(getMessage());
  }
}
