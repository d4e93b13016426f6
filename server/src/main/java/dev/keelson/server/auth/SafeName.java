package dev.keelson.server.auth;

/** Names of users and roles on their way to the log file: clients choose them freely (AU5). */
public final class SafeName {
  private static final int MAX_CHARACTERS = 64;

  private SafeName() {}

  /** In quotes, cut, and without what would make a line of its own. */
  public static String of(String name) {
    var text = new StringBuilder("'");
    name.codePoints()
        .limit(MAX_CHARACTERS)
        .forEach(c -> text.appendCodePoint(Character.isISOControl(c) || c == '\'' ? '?' : c));
    return text.append('\'').toString();
  }
}
