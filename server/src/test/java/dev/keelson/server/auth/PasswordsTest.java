package dev.keelson.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("AU11")
class PasswordsTest {
  private final Passwords passwords = new Passwords(4, new TestRandom(1));

  @Test
  void aHashIsRightForItsPasswordOnly() {
    String hash = passwords.hash("secret");
    assertThat(hash).startsWith("$2a$04$").hasSize(60);
    assertThat(passwords.matches("secret", hash)).isTrue();
    assertThat(passwords.matches("Secret", hash)).isFalse();
    assertThat(passwords.matches("", hash)).isFalse();
    assertThat(passwords.hash("secret")).as("each has a salt of its own").isNotEqualTo(hash);
  }

  @Test
  void theEmptyPasswordIsOneToo() {
    assertThat(passwords.matches("", passwords.hash(""))).isTrue();
    assertThat(passwords.matches("", "")).as("no hash lets nobody in").isFalse();
  }

  @Test
  void longOnesAreNotCut() {
    String longest = "x".repeat(72);
    String hash = passwords.hash(longest);
    assertThat(passwords.matches(longest, hash)).isTrue();
    assertThat(passwords.matches("x".repeat(71), hash)).isFalse();
    assertThat(passwords.matches(longest + "x", hash)).isFalse();
    assertThat(Passwords.isTooLong(longest)).isFalse();
    assertThat(Passwords.isTooLong(longest + "x")).isTrue();
    assertThat(Passwords.isTooLong("\u00e4".repeat(37))).as("74 bytes").isTrue();
  }

  /** Made by other programs: of all forms, and of another cost. */
  @Test
  void hashesOfOthersAreUnderstood() {
    String ofOpenBsd = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    assertThat(passwords.matches("U*U", ofOpenBsd)).isTrue();
    assertThat(passwords.matches("U*U", ofOpenBsd.replace("$2a", "$2b"))).isTrue();
    assertThat(passwords.matches("U*U", ofOpenBsd.replace("$2a", "$2y"))).isTrue();
    assertThat(passwords.matches("U*V", ofOpenBsd)).isFalse();
  }

  @Test
  void whatIsNoHashIsNobodysPassword() {
    for (var text : new String[] {"x", "$2a$", "$2a$05$short", "plain secret"}) {
      assertThat(passwords.matches("x", text)).isFalse();
    }
  }
}
