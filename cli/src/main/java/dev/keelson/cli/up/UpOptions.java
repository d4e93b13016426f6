package dev.keelson.cli.up;

import dev.keelson.server.config.FlagSuggestion;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/**
 * What {@code keelson up} was told.
 *
 * @param members 0 when not told: what the directory holds, or three
 * @param portBase 0 when not told: what the directory holds, or 2379
 */
record UpOptions(int members, int portBase, Path dataDir, boolean restart, boolean help) {
  static final String USAGE =
      """
      keelson up: start a cluster on this machine and watch it

      Usage: keelson up [options]

        --members=1|3|5      how many members (3)
        --data-dir=DIR       where they keep their data, also after they stop (keelson-data)
        --port-base=N        the first member's client port (2379); the second's is N+20000, the
                             third's N+30000 and so on; peers use the port after
        --no-restart         leave a member down that died
        --help               print this

      Ctrl-C stops all members; the next start finds the data again.
      """;

  private static final List<String> NAMES =
      List.of("members", "data-dir", "port-base", "no-restart", "help");
  private static final int LAST_PORT = 65_535;

  static UpOptions parse(List<String> args) throws UpException {
    var options = new UpOptions(0, 0, Path.of("keelson-data"), true, false);
    Iterator<String> words = args.iterator();
    while (words.hasNext()) {
      options = options.with(words.next(), words);
    }
    return options;
  }

  private UpOptions with(String word, Iterator<String> rest) throws UpException {
    if (!word.startsWith("-")) {
      throw new UpException("'" + word + "' is no option; see keelson up --help");
    }
    String bare = word.substring(word.startsWith("--") ? 2 : 1);
    int equals = bare.indexOf('=');
    String name = equals < 0 ? bare : bare.substring(0, equals);
    boolean isSwitch = name.equals("no-restart") || name.equals("help") || name.equals("h");
    if (isSwitch && equals >= 0) {
      throw new UpException("--" + name + " takes no value");
    }
    if (!isSwitch && !NAMES.contains(name)) {
      String nearest = FlagSuggestion.nearest(name, NAMES).orElseThrow();
      throw new UpException("unknown option --" + name + "; did you mean --" + nearest + "?");
    }
    if (!isSwitch && equals < 0 && !rest.hasNext()) {
      throw new UpException("--" + name + " needs a value");
    }
    String value = isSwitch ? "" : equals < 0 ? rest.next() : bare.substring(equals + 1);
    return switch (name) {
      case "members" -> new UpOptions(memberCount(value), portBase, dataDir, restart, help);
      case "port-base" -> new UpOptions(members, port(value), dataDir, restart, help);
      case "data-dir" -> new UpOptions(members, portBase, directory(value), restart, help);
      case "no-restart" -> new UpOptions(members, portBase, dataDir, false, help);
      default -> new UpOptions(members, portBase, dataDir, restart, true);
    };
  }

  private static int memberCount(String value) throws UpException {
    return switch (value) {
      case "1" -> 1;
      case "3" -> 3;
      case "5" -> 5;
      default -> throw new UpException("--members=" + value + ": must be 1, 3 or 5");
    };
  }

  private static int port(String value) throws UpException {
    try {
      int port = Integer.parseInt(value);
      if (port >= 1 && port <= LAST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Refused below, like a number out of range.
    }
    throw new UpException("--port-base=" + value + ": must be a number from 1 to " + LAST_PORT);
  }

  private static Path directory(String value) throws UpException {
    try {
      if (!value.isBlank()) {
        return Path.of(value);
      }
    } catch (InvalidPathException e) {
      // Refused below, like an empty one.
    }
    throw new UpException("--data-dir=" + value + ": must be a directory");
  }
}
