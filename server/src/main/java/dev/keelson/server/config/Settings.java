package dev.keelson.server.config;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What was given, as text, with the place it was given in, so that a refusal can name it. */
record Settings(Map<Flag, Given> given) {
  /** A value and its place, as the operator wrote it: {@code --name}, {@code KEELSON_NAME}, ... */
  record Given(String value, String place) {}

  static final Settings NONE = new Settings(Map.of());

  Settings {
    var copy = new EnumMap<Flag, Given>(Flag.class);
    copy.putAll(given);
    given = Collections.unmodifiableMap(copy);
  }

  Optional<Given> find(Flag flag) {
    return Optional.ofNullable(given.get(flag));
  }

  boolean has(Flag flag) {
    return given.containsKey(flag);
  }

  boolean isTrue(Flag flag) {
    return find(flag).map(Given::value).orElse(flag.defaultText()).equals("true");
  }

  String text(Flag flag) {
    return find(flag).map(Given::value).orElse(flag.defaultText());
  }

  /** These settings, and what {@code weaker} has beyond them. */
  Settings over(Settings weaker) {
    var all = new EnumMap<Flag, Given>(Flag.class);
    all.putAll(weaker.given);
    all.putAll(given);
    return new Settings(all);
  }

  /** A refusal of a value: where it stood, what it was, what is allowed. */
  ConfigException refuse(Flag flag, String reason) {
    String place = find(flag).map(Given::place).orElse("--" + flag.flagName());
    return ConfigException.invalid(place + "=" + text(flag) + ": " + reason);
  }
}
