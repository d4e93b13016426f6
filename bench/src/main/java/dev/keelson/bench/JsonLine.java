package dev.keelson.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Writes one JSON object on one line. Not thread-safe. */
final class JsonLine {
  private final StringBuilder text = new StringBuilder("{");

  private JsonLine() {}

  static String object(Consumer<JsonLine> content) {
    var line = new JsonLine();
    content.accept(line);
    return line.text.append('}').toString();
  }

  JsonLine field(String name, String value) {
    name(name);
    quote(value);
    return this;
  }

  JsonLine field(String name, long value) {
    name(name).append(value);
    return this;
  }

  JsonLine field(String name, boolean value) {
    name(name).append(value);
    return this;
  }

  /** Three decimals; null where there is no number. */
  JsonLine field(String name, double value) {
    name(name).append(Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "null");
    return this;
  }

  JsonLine object(String name, Consumer<JsonLine> content) {
    name(name).append(object(content));
    return this;
  }

  JsonLine objects(String name, List<String> objects) {
    name(name).append('[').append(String.join(",", objects)).append(']');
    return this;
  }

  JsonLine strings(String name, List<String> values) {
    name(name).append('[');
    for (int i = 0; i < values.size(); i++) {
      text.append(i == 0 ? "" : ",");
      quote(values.get(i));
    }
    text.append(']');
    return this;
  }

  private StringBuilder name(String name) {
    if (text.length() > 1) {
      text.append(',');
    }
    quote(name);
    return text.append(':');
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c) || c == 0x7f) {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
