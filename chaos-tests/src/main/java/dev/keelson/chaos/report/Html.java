package dev.keelson.chaos.report;

/** Text inside a page. */
final class Html {
  private Html() {}

  /** Whatever a key or a value holds, it is text. */
  static String text(String raw) {
    var safe = new StringBuilder(raw.length() + 16);
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      switch (c) {
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '&' -> safe.append("&amp;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }

  static String page(String title, String style, String body) {
    return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>"
        + text(title)
        + "</title><style>body{font:14px system-ui,sans-serif;margin:2em;color:#222}"
        + "td,th{padding:.2em .8em;text-align:left;border-bottom:1px solid #ddd}"
        + "pre{background:#f6f6f6;padding:1em;overflow:auto}"
        + ".violated{color:#b00020;font-weight:bold}.invalid{color:#9a6700;font-weight:bold}"
        + ".passed{color:#1a7f37;font-weight:bold}"
        + style
        + "</style></head><body><h1>"
        + text(title)
        + "</h1>"
        + body
        + "</body></html>\n";
  }
}
