package dev.keelson.server.auth;

/**
 * Where the users and roles of the newest visible state are posted. The apply thread posts, anyone
 * reads.
 *
 * <p>A read takes the state first and opens its view of the store then; if {@link #isCurrent} still
 * says yes, the state is the one that belongs to the view (I21): what comes is announced before the
 * store shows it, and posted after.
 */
public final class AuthBoard {
  private volatile AuthState state;
  private volatile long announced;

  public AuthBoard(AuthState state) {
    this.state = state;
    this.announced = state.version();
  }

  public AuthState current() {
    return state;
  }

  /** Whether no other state is visible yet, nor could be by now. */
  public boolean isCurrent(AuthState judgedBy) {
    return announced == judgedBy.version();
  }

  /** The store is about to show another state. */
  public void announce(AuthState next) {
    announced = next.version();
  }

  /** The store shows it. */
  public void post(AuthState next) {
    state = next;
  }
}
