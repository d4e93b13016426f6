package dev.keelson.storage.mvcc.engine;

import java.io.IOException;

/**
 * The engine could not read or write. After a failed write or flush the member must stop: what
 * reached the disk is unknown.
 */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean damage;

  public EngineException(String message, Throwable cause) {
    this(message, cause, false);
  }

  public EngineException(String message) {
    super(message);
    this.damage = false;
  }

  private EngineException(String message, Throwable cause, boolean damage) {
    super(message, cause);
    this.damage = damage;
  }

  static EngineException damaged(String message, Throwable cause) {
    return new EngineException(message, cause, true);
  }

  static EngineException damaged(String message) {
    return new EngineException(message, new IOException(message), true);
  }

  /** Whether files are missing or not what was written: no other start will find them better. */
  public boolean isDamage() {
    return damage;
  }
}
