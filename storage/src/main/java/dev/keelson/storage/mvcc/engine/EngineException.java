package dev.keelson.storage.mvcc.engine;

/**
 * The engine could not read or write. After a failed write or flush the member must stop: what
 * reached the disk is unknown.
 */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }

  public EngineException(String message) {
    super(message);
  }
}
