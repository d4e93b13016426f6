package dev.keelson.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.server.auth.AuthOutcome.TokenEffect;
import dev.keelson.server.auth.Tokens.Issue;
import dev.keelson.server.auth.Tokens.Verdict;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SimpleTokensTest {
  private static final long APPLIED = 100;

  private final AtomicLong nowNanos = new AtomicLong(Long.MAX_VALUE - 1); // it may wrap around
  private final SimpleTokens tokens =
      new SimpleTokens(TimeUnit.SECONDS.toNanos(10), nowNanos::get, new TestRandom(1));

  private Verdict judge(String token) {
    return tokens.judge(token, AuthState.INITIAL, APPLIED);
  }

  private void passSeconds(long seconds) {
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  private static Verdict known(String user) {
    return new Verdict.Known(new Caller.User(user, AuthState.INITIAL.revision()));
  }

  @Test
  @Tag("AU29")
  void aTokenIsSixteenLettersThatTheLogCompletes() {
    assertThat(tokens.issue("u", 1))
        .isInstanceOfSatisfying(
            Issue.ThroughLog.class, issue -> assertThat(issue.prefix()).matches("[a-zA-Z]{16}"));
  }

  @Test
  @Tag("AU29")
  void eachUseMakesATokenLiveOn() {
    tokens.issued("u", "a.7");
    for (int i = 0; i < 5; i++) {
      passSeconds(9);
      assertThat(judge("a.7")).isEqualTo(known("u"));
    }
    passSeconds(11);
    assertThat(judge("a.7")).isEqualTo(new Verdict.Unknown());
    assertThat(tokens.size()).isZero();
  }

  @Test
  @Tag("AU30")
  void aTokenOfAnEntryToComeIsWaitedForAndNoOther() {
    assertThat(judge("a.101")).isEqualTo(new Verdict.NotYet());
    assertThat(judge("a.18446744073709551615")).isEqualTo(new Verdict.NotYet());
    for (var wrong :
        new String[] {
          "", "a", ".", "a.", "a.100", "a.x", "a.101.5", "a.-1", "a.+101", "a.18446744073709551616"
        }) {
      assertThat(judge(wrong)).as(wrong).isEqualTo(new Verdict.Unknown());
    }
  }

  @Test
  @Tag("AU30")
  void theLogEndsTokens() {
    tokens.issued("u", "a.1");
    tokens.issued("v", "b.2");
    tokens.ended(new TokenEffect.None());
    assertThat(judge("a.1")).isEqualTo(known("u"));
    tokens.ended(new TokenEffect.EndUser("u"));
    assertThat(judge("a.1")).isEqualTo(new Verdict.Unknown());
    assertThat(judge("b.2")).isEqualTo(known("v"));
    tokens.ended(new TokenEffect.EndAll());
    assertThat(judge("b.2")).isEqualTo(new Verdict.Unknown());
  }

  @Test
  void tokensAreBoundedAndTheLongestUnusedGoFirst() {
    for (int i = 0; i < SimpleTokens.MAX_TOKENS; i++) {
      tokens.issued("u", "a." + i);
    }
    passSeconds(1);
    assertThat(judge("a.3")).isEqualTo(known("u"));
    tokens.issued("v", "b.1");
    assertThat(tokens.size()).isLessThan(SimpleTokens.MAX_TOKENS);
    assertThat(judge("a.3")).isEqualTo(known("u"));
    assertThat(judge("b.1")).isEqualTo(known("v"));
  }

  @Test
  void whatIsOverIsLetGoOfWhenOthersCome() {
    tokens.issued("u", "a.1");
    passSeconds(11);
    tokens.issued("v", "b.2");
    assertThat(tokens.size()).isOne();
  }
}
