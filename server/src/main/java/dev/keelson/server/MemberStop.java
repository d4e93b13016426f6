package dev.keelson.server;

import dev.keelson.server.apply.DivergedException;
import dev.keelson.server.scrub.DamageFoundException;
import dev.keelson.storage.mvcc.engine.EngineException;
import java.io.IOException;

/** How a member came to its end. */
public sealed interface MemberStop {
  /** What the process ends with. */
  int exitCode();

  /** It was asked to. */
  record Closed() implements MemberStop {
    @Override
    public int exitCode() {
      return 0;
    }
  }

  /** The cluster has removed it, for ever: its data is of no more use (MB12). */
  record Removed() implements MemberStop {
    @Override
    public int exitCode() {
      return 0;
    }
  }

  /** The cluster knows this member with other data, which was lost: it must not act (MB-id). */
  record Replaced(String detail) implements MemberStop {
    private static final int REPLACED = 72;

    @Override
    public int exitCode() {
      return REPLACED;
    }
  }

  /**
   * A thread could not go on; the member stopped rather than continue with state it cannot trust.
   */
  record Failed(String thread, Throwable cause) implements MemberStop {
    private static final int DISK = 70;
    private static final int INTERNAL = 71;
    private static final int DAMAGED = 72;
    private static final int DIVERGED = 73;

    /** The disk failed (1.7) or lost something, our state is another (1.9), or we are broken. */
    @Override
    public int exitCode() {
      if (cause instanceof DivergedException) {
        return DIVERGED;
      }
      if (cause instanceof DamageFoundException) {
        return DAMAGED;
      }
      for (var part = cause; part != null; part = part.getCause()) {
        if (part instanceof IOException || part instanceof EngineException) {
          return DISK;
        }
      }
      return INTERNAL;
    }
  }
}
