package dev.keelson.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What {@code keelson server ...} asks for. */
public sealed interface ServerCommand {
  /**
   * Run a member.
   *
   * @param stopWithStdin whether the end of standard input ends the member
   * @param warnings what the operator should know, one line each
   */
  record Run(ServerConfig config, boolean stopWithStdin, List<String> warnings)
      implements ServerCommand {
    public Run {
      warnings = List.copyOf(warnings);
    }
  }

  /** Print this and leave with 0. */
  record ShowHelp(String text) implements ServerCommand {}

  /** Print the version and leave with 0. */
  record ShowVersion() implements ServerCommand {}

  /** Print this line and leave with this code. */
  record Refused(int exitCode, String line) implements ServerCommand {}

  /** How files are read; a test hands in its own. */
  @FunctionalInterface
  interface FileReader {
    String read(Path path) throws IOException;
  }

  /** Reads the command from the flags, the environment and the file that one of them may name. */
  static ServerCommand read(List<String> args, Map<String, String> environment, FileReader files) {
    try {
      Settings flags = Flags.parse(args);
      if (flags.isTrue(Flag.HELP)) {
        return new ShowHelp(Flags.help());
      }
      if (flags.isTrue(Flag.VERSION)) {
        return new ShowVersion();
      }
      var warnings = new ArrayList<String>();
      Settings given = Flags.join(flags, Flags.fromEnvironment(environment, warnings));
      Settings all = given.over(file(given, files));
      return new Run(new ConfigBuilder(all).build(), all.isTrue(Flag.STOP_WITH_STDIN), warnings);
    } catch (ConfigException e) {
      return new Refused(e.exitCode(), e.line());
    }
  }

  private static Settings file(Settings given, FileReader files) throws ConfigException {
    String name = given.text(Flag.CONFIG_FILE);
    if (name.isEmpty()) {
      return Settings.NONE;
    }
    try {
      return ConfigFile.parse(name, files.read(Path.of(name)));
    } catch (NoSuchFileException e) {
      throw given.refuse(Flag.CONFIG_FILE, "there is no such file");
    } catch (IOException e) {
      throw given.refuse(Flag.CONFIG_FILE, "cannot be read: " + e);
    }
  }

  /** Reads files from the disk. */
  static FileReader disk() {
    return Files::readString;
  }
}
