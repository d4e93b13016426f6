package dev.keelson.server.auth;

/** Who asks for something, as far as it is known. */
public sealed interface Caller {
  /** Nobody who said who it is. */
  record Nobody() implements Caller {}

  /**
   * A user.
   *
   * @param revision of the users and roles under which it was found (AU31, AU38)
   */
  record User(String name, long revision) implements Caller {}

  /** A member in its own cause, which may do everything (AU39). */
  record Member() implements Caller {}
}
