package dev.keelson.server;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes what was opened, in reverse order, all of it even if a part fails. Owned by whoever opens,
 * until that is {@link #complete}.
 */
final class Closing implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Closing.class);

  private final ArrayDeque<AutoCloseable> opened = new ArrayDeque<>();
  private final CompletableFuture<Void> complete = new CompletableFuture<>();

  void add(AutoCloseable resource) {
    opened.push(resource);
  }

  /** Nothing more is added. */
  void complete() {
    complete.complete(null);
  }

  /** For another thread than the one that opens: before this it must not close. */
  void awaitComplete() {
    complete.join();
  }

  @Override
  public void close() {
    for (var next = opened.poll(); next != null; next = opened.poll()) {
      try {
        next.close();
      } catch (Exception e) {
        log.error("cannot close {}", next.getClass().getSimpleName(), e);
      }
    }
  }
}
