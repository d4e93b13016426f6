package dev.keelson.server.replica;

import dev.keelson.raft.InvariantViolation;
import dev.keelson.storage.mvcc.engine.EngineException;

/**
 * Tells what a single call may fail with from what a member must not outlive: an engine that cannot
 * read what it wrote, or a state that cannot be (anchor 2, DV-hash).
 */
public final class Damage {
  private Damage() {}

  public static boolean isShownBy(Throwable cause) {
    return cause instanceof EngineException || cause instanceof InvariantViolation;
  }
}
