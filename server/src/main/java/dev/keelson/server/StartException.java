package dev.keelson.server;

/** Why a member does not start, in one line for the operator. */
public class StartException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int FAILED = 1;

  public StartException(String message) {
    super(message);
  }

  public StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What the process ends with. */
  public int exitCode() {
    return FAILED;
  }
}
