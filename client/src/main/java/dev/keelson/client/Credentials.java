package dev.keelson.client;

/**
 * Who the client is to the cluster; exchanged for a token, which is renewed when it is refused.
 *
 * @param password never logged, never printed
 */
public record Credentials(String user, String password) {
  @Override
  public String toString() {
    return "Credentials[user=" + user + "]";
  }
}
