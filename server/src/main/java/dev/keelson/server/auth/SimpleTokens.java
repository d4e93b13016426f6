package dev.keelson.server.auth;

import dev.keelson.raft.RandomSource;
import dev.keelson.server.auth.AuthOutcome.TokenEffect;
import dev.keelson.server.time.Clock;
import java.util.Comparator;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tokens of 16 random letters and the index of the entry that made them (AU29). Each member knows
 * all of them, and lets go of one that was not used here for a while. Bounded: past the bound those
 * go that were not used for longest.
 */
public final class SimpleTokens implements Tokens, TokenFollower {
  static final int MAX_TOKENS = 100_000;
  private static final int KEPT_WHEN_FULL = MAX_TOKENS - MAX_TOKENS / 16;
  private static final int LETTERS = 16;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  /** A use that follows another this soon does not count anew: most calls write nothing. */
  private static final long SAME_USE_NANOS = 100_000_000;

  private final ConcurrentHashMap<String, Holder> holders = new ConcurrentHashMap<>();
  private final long ttlNanos;
  private final Clock clock;
  private final RandomSource random;
  private long sweptNanos;

  private static final class Holder {
    final String user;
    volatile long usedNanos;

    Holder(String user, long nowNanos) {
      this.user = user;
      this.usedNanos = nowNanos;
    }
  }

  /**
   * No tokens yet.
   *
   * @param random a source that nobody can foresee
   */
  public SimpleTokens(long ttlNanos, Clock clock, RandomSource random) {
    this.ttlNanos = ttlNanos;
    this.clock = clock;
    this.random = random;
    this.sweptNanos = clock.nanoTime();
  }

  @Override
  public Verdict judge(String token, AuthState state, long appliedIndex) {
    var holder = holders.get(token);
    if (holder == null) {
      return isFromLaterThan(appliedIndex, token) ? new Verdict.NotYet() : new Verdict.Unknown();
    }
    long now = clock.nanoTime();
    if (isOver(holder, now)) {
      holders.remove(token, holder);
      return new Verdict.Unknown();
    }
    if (now - holder.usedNanos > SAME_USE_NANOS) {
      holder.usedNanos = now;
    }
    // AU29: it is the user that counts, as of now.
    return new Verdict.Known(new Caller.User(holder.user, state.revision()));
  }

  private boolean isOver(Holder holder, long nowNanos) {
    return nowNanos - holder.usedNanos > ttlNanos;
  }

  /** AU30: what has another shape is wrong at once. */
  private static boolean isFromLaterThan(long appliedIndex, String token) {
    int dot = token.indexOf('.');
    if (dot < 0 || token.indexOf('.', dot + 1) >= 0 || token.startsWith("+", dot + 1)) {
      return false;
    }
    try {
      long index = Long.parseUnsignedLong(token.substring(dot + 1));
      return Long.compareUnsigned(index, appliedIndex) > 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  @Override
  public Issue issue(String user, long revision) {
    var prefix = new StringBuilder(LETTERS);
    for (int i = 0; i < LETTERS; i++) {
      prefix.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return new Issue.ThroughLog(prefix.toString());
  }

  @Override
  public TokenFollower follower() {
    return this;
  }

  @Override
  public void issued(String user, String token) {
    long now = clock.nanoTime();
    if (now - sweptNanos > ttlNanos || holders.size() >= MAX_TOKENS) {
      sweep(now);
    }
    holders.put(token, new Holder(user, now));
  }

  private void sweep(long nowNanos) {
    sweptNanos = nowNanos;
    holders.values().removeIf(holder -> isOver(holder, nowNanos));
    if (holders.size() >= MAX_TOKENS) {
      // Uses go on meanwhile: what is sorted by must not.
      holders.entrySet().stream()
          .map(entry -> new Use(entry.getKey(), entry.getValue().usedNanos - nowNanos))
          .sorted(Comparator.comparingLong(Use::nanos))
          .limit(holders.size() - KEPT_WHEN_FULL)
          .forEach(use -> holders.remove(use.token));
    }
  }

  private record Use(String token, long nanos) {}

  @Override
  public void ended(TokenEffect effect) {
    switch (effect) {
      case TokenEffect.None() -> {}
      case TokenEffect.EndUser(var user) ->
          holders.values().removeIf(holder -> holder.user.equals(user));
      case TokenEffect.EndAll() -> holders.clear();
    }
  }

  /** Tokens that are kept, those included whose time is over. */
  int size() {
    return holders.size();
  }
}
