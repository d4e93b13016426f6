package dev.keelson.server.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A user.
 *
 * @param passwordHash bcrypt's text; empty if no password is right
 * @param noPassword logs in by certificate only (AU26)
 * @param roles names, ascending; one without a record allows nothing
 */
public record User(String name, String passwordHash, boolean noPassword, List<String> roles) {
  public User {
    roles = List.copyOf(roles);
  }

  boolean holds(String role) {
    return roles.contains(role);
  }

  User with(String role) {
    var more = new TreeSet<String>(Names.ORDER);
    more.addAll(roles);
    more.add(role);
    return new User(name, passwordHash, noPassword, List.copyOf(more));
  }

  User without(String role) {
    var fewer = new ArrayList<>(roles);
    fewer.remove(role);
    return new User(name, passwordHash, noPassword, fewer);
  }

  User withHash(String hash) {
    return new User(name, hash, noPassword, roles);
  }

  /** Without what nobody should read in a log. */
  @Override
  public String toString() {
    return "User[name=%s, roles=%s]".formatted(name, roles);
  }
}
