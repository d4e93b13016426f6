package dev.keelson.server.apply;

import dev.keelson.api.command.AuthCommand;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.server.auth.AuthBoard;
import dev.keelson.server.auth.AuthChanges;
import dev.keelson.server.auth.AuthCodec;
import dev.keelson.server.auth.AuthOutcome;
import dev.keelson.server.auth.AuthOutcome.TokenEffect;
import dev.keelson.server.auth.AuthState;
import dev.keelson.server.auth.Caller;
import dev.keelson.server.auth.TokenFollower;
import dev.keelson.storage.mvcc.MvccStore;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Users, roles and permissions, kept in the store, so that they survive restarts and travel with
 * snapshots (AU1). The apply thread changes them; what others see of them on the {@link #board}
 * becomes visible with the batch that they are part of.
 */
public final class AuthRegister {
  /** All users and roles together: nothing may grow without bound. */
  private static final int MAX_BYTES = 16 << 20;

  private static final Logger log = LoggerFactory.getLogger(AuthRegister.class);
  private static final Bytes KEY = Bytes.wrap("auth".getBytes(StandardCharsets.UTF_8));

  private final AuthBoard board;
  private AuthState state;
  private volatile TokenFollower tokens = new TokenFollower.Nobody();

  private AuthRegister(AuthState state) {
    this.state = state;
    this.board = new AuthBoard(state);
  }

  static AuthRegister load(MvccStore store) {
    return new AuthRegister(read(store));
  }

  private static AuthState read(MvccStore store) {
    return store.getMeta(KEY).map(AuthCodec::decode).orElse(AuthState.INITIAL);
  }

  /** What all threads may see. */
  public AuthBoard board() {
    return board;
  }

  /** Names the one who hears of tokens from now on; before anything is applied. */
  public void listen(TokenFollower follower) {
    tokens = follower;
  }

  /** As of the command that is next to be applied. Apply thread only. */
  AuthState state() {
    return state;
  }

  ApplyResult apply(
      MvccStore store, AuthCommand command, Caller caller, LogPosition entry, long revision) {
    return switch (AuthChanges.apply(state, command, caller, entry.index())) {
      case AuthOutcome.Unchanged() -> new ApplyResult.AuthDone(revision);
      case AuthOutcome.Refused(var error) -> new ApplyResult.Refused(error);
      case AuthOutcome.Outdated() -> new ApplyResult.LoginOutdated();
      case AuthOutcome.LoggedIn(var user, var token) -> {
        tokens.issued(user, token);
        yield new ApplyResult.LoggedIn(revision, token);
      }
      case AuthOutcome.Changed(var next, var effect) -> {
        var encoded = AuthCodec.encode(next);
        if (encoded.length() > MAX_BYTES) {
          yield new ApplyResult.Refused(EtcdError.REQUEST_TOO_LARGE);
        }
        store.putMeta(KEY, encoded);
        state = next;
        tokens.ended(effect);
        log.info(AuthLines.of(command, next)); // AU42
        yield new ApplyResult.AuthDone(revision);
      }
    };
  }

  /** The store is about to show what was applied. */
  void announce() {
    if (board.current() != state) {
      board.announce(state);
    }
  }

  /** The store shows what was applied. */
  void post() {
    if (board.current() != state) {
      board.post(state);
    }
  }

  /** Takes over what a newly installed store holds; {@link #post} follows once it is in place. */
  void reload(MvccStore store) {
    state = read(store);
    tokens.ended(new TokenEffect.EndAll()); // which of them the log has ended meanwhile is unknown
    announce();
  }
}
