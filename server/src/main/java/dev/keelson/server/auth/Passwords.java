package dev.keelson.server.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import dev.keelson.raft.RandomSource;
import java.nio.ByteBuffer;

/**
 * Makes and checks bcrypt hashes (AU11). Both take long, by design: not for a thread that others
 * need. Thread-safe.
 */
public final class Passwords {
  /** AU11: longer ones would be cut, so they are refused. */
  private static final int MAX_BYTES = 72;

  private final int cost;
  private final RandomSource random;
  private final byte[] nobodysHash;

  /**
   * @param cost bcrypt's, 4 to 31
   * @param random of salts
   */
  public Passwords(int cost, RandomSource random) {
    this.cost = cost;
    this.random = random;
    this.nobodysHash = hash(new byte[] {'x'});
  }

  public static boolean isTooLong(String password) {
    return password.getBytes(UTF_8).length > MAX_BYTES;
  }

  /** In bcrypt's text form; the password must not be too long. */
  public String hash(String password) {
    return new String(hash(password.getBytes(UTF_8)), ISO_8859_1);
  }

  private byte[] hash(byte[] password) {
    byte[] salt =
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(random.nextLong())
            .putLong(random.nextLong())
            .array();
    var version = BCrypt.Version.VERSION_2A;
    return BCrypt.with(version, LongPasswordStrategies.strict(version)).hash(cost, salt, password);
  }

  /** Whether the password is the one of this hash; of any cost, in any of bcrypt's forms. */
  public boolean matches(String password, String hash) {
    if (isTooLong(password) || hash.isEmpty()) {
      takeAsLong(password);
      return false;
    }
    return BCrypt.verifyer().verify(password.getBytes(UTF_8), hash.getBytes(ISO_8859_1)).verified;
  }

  /** For a user that does not exist: how long the answer takes must not tell. */
  public void takeAsLong(String password) {
    byte[] bytes = isTooLong(password) ? new byte[0] : password.getBytes(UTF_8);
    BCrypt.verifyer().verify(bytes, nobodysHash);
  }
}
