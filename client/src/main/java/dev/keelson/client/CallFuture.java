package dev.keelson.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The outcome of a call; cancelling it ends the call. */
final class CallFuture<T> extends CompletableFuture<T> {
  private volatile @Nullable Runnable abort;

  void onAbort(Runnable action) {
    abort = action;
  }

  /** Ends the call; the future then completes with what is known of its outcome. */
  void abort() {
    Runnable action = abort;
    if (action != null) {
      action.run();
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      abort();
    }
    return cancelled;
  }
}
