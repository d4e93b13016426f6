package dev.keelson.server.config;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The command line, in the syntax of Go's flags as etcd has it: {@code --f=v}, {@code --f v}, one
 * dash as well as two; a boolean is {@code --f} or {@code --f=false}. The last of equal flags wins.
 */
final class Flags {
  private Flags() {}

  static Settings parse(List<String> args) throws ConfigException {
    var given = new EnumMap<Flag, Settings.Given>(Flag.class);
    Iterator<String> words = args.iterator();
    while (words.hasNext()) {
      String word = words.next();
      String name = nameIn(word);
      int equals = name.indexOf('=');
      Flag flag = find(equals < 0 ? name : name.substring(0, equals));
      String value = equals < 0 ? valueAfter(flag, words) : name.substring(equals + 1);
      if (flag.isBoolean()) {
        value = bool(flag, value);
      }
      given.put(flag, new Settings.Given(value, "--" + flag.flagName()));
    }
    return new Settings(given);
  }

  private static String nameIn(String word) throws ConfigException {
    if (!word.startsWith("-") || word.equals("-") || word.equals("--")) {
      throw ConfigException.badUsage(
          "'" + word + "' is no flag; every setting is given as --flag=value");
    }
    return word.startsWith("--") ? word.substring(2) : word.substring(1);
  }

  private static Flag find(String name) throws ConfigException {
    if (name.equals("h")) {
      return Flag.HELP;
    }
    var known = Flag.named(name);
    if (known.isPresent()) {
      return known.get();
    }
    if (EtcdFlags.contains(name)) {
      throw ConfigException.badUsage(
          "flag --" + name + " is etcd's and not available in this version of Keelson");
    }
    throw ConfigException.badUsage("unknown flag --" + name + didYouMean(name));
  }

  private static String didYouMean(String name) {
    return FlagSuggestion.nearest(name, Flag.visibleNames())
        .map(nearest -> "; did you mean --" + nearest + "?")
        .orElse("");
  }

  private static String valueAfter(Flag flag, Iterator<String> words) throws ConfigException {
    if (flag.isBoolean()) {
      return "true";
    }
    if (!words.hasNext()) {
      throw ConfigException.badUsage("flag --" + flag.flagName() + " needs a value");
    }
    return words.next();
  }

  private static String bool(Flag flag, String value) throws ConfigException {
    return switch (value) {
      case "true", "TRUE", "True", "t", "T", "1" -> "true";
      case "false", "FALSE", "False", "f", "F", "0" -> "false";
      default ->
          throw ConfigException.badUsage(
              "--" + flag.flagName() + "=" + value + ": must be true or false");
    };
  }

  /**
   * What the environment sets. An empty variable is not set. An unknown one only makes a warning:
   * Kubernetes invents variables such as {@code KEELSON_SERVICE_HOST} for a service of that name.
   */
  static Settings fromEnvironment(Map<String, String> environment, List<String> warnings) {
    var given = new EnumMap<Flag, Settings.Given>(Flag.class);
    var unknown = new TreeMap<String, String>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(Flag.ENVIRONMENT_PREFIX)) {
            unknown.put(name, value);
          }
        });
    for (Flag flag : Flag.values()) {
      String value = unknown.remove(flag.environmentName());
      if (value == null || value.isEmpty()) {
        continue;
      }
      if (flag.isCommandLineOnly()) {
        warnings.add("environment variable " + flag.environmentName() + " has no effect");
      } else {
        given.put(flag, new Settings.Given(value, flag.environmentName()));
      }
    }
    // The launcher's own.
    unknown.remove("KEELSON_JAVA_HOME");
    unknown.remove("KEELSON_JAVA_OPTS");
    unknown.keySet().forEach(name -> warnings.add("unknown environment variable " + name));
    return new Settings(given);
  }

  /** Flags and environment together; what stands in both is refused, as etcd does. */
  static Settings join(Settings flags, Settings environment) throws ConfigException {
    for (Flag flag : environment.given().keySet()) {
      if (flags.has(flag)) {
        throw ConfigException.invalid(
            "%s is set, and so is --%s: give only one of them"
                .formatted(flag.environmentName(), flag.flagName()));
      }
    }
    return flags.over(environment);
  }

  static String help() {
    var lines = new ArrayList<String>();
    lines.add("keelson server: run one member");
    lines.add("");
    lines.add("Usage: keelson server [--flag=value ...]");
    lines.add("");
    lines.add("Each flag may also be given as environment variable, KEELSON_NAME for --name,");
    lines.add("or in the file that --config-file names.");
    for (Flag.Section section : Flag.Section.values()) {
      if (section == Flag.Section.HIDDEN) {
        continue;
      }
      lines.add("");
      lines.add(section.title() + ":");
      for (Flag flag : Flag.values()) {
        if (flag.section() == section) {
          lines.add("  --%s%s".formatted(flag.flagName(), defaultIn(flag)));
          lines.add("        " + flag.meaning());
        }
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static String defaultIn(Flag flag) {
    return flag.isBoolean() || flag.defaultText().isEmpty() ? "" : "=" + flag.defaultText();
  }
}
