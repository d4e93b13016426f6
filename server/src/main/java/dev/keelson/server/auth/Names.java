package dev.keelson.server.auth;

import java.util.Comparator;

/** The names that mean something, and the order of all. */
final class Names {
  /** Of the user that must exist, and of the role that may do everything (AU5). */
  static final String ROOT = "root";

  /** AU14: by the bytes of their UTF-8, which is by their characters' numbers. */
  static final Comparator<String> ORDER = Names::compare;

  private Names() {}

  private static int compare(String left, String right) {
    int at = 0;
    while (at < left.length() && at < right.length()) {
      int one = left.codePointAt(at);
      int other = right.codePointAt(at);
      if (one != other) {
        return Integer.compare(one, other);
      }
      at += Character.charCount(one);
    }
    return Integer.compare(left.length(), right.length());
  }
}
