package dev.keelson.server.config;

/** A configuration that cannot be used; the message is one line for the operator. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The exit code for a command line that cannot be read. */
  public static final int BAD_USAGE = 2;

  /** The exit code for values that make no member. */
  public static final int INVALID = 1;

  private final int exitCode;

  private ConfigException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static ConfigException badUsage(String message) {
    return new ConfigException(BAD_USAGE, message);
  }

  static ConfigException invalid(String message) {
    return new ConfigException(INVALID, message);
  }

  public int exitCode() {
    return exitCode;
  }

  /** The one line. Never null, unlike what the superclass promises. */
  public String line() {
    return String.valueOf(getMessage());
  }
}
