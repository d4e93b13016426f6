package dev.keelson.chaos;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Commands that try Keelson out; not part of what is installed. */
@Command(
    name = "keelson",
    subcommands = {ChaosCommand.class, SimulateCommand.class})
public final class Main {
  private Main() {}

  /** Ends the process with the command's result. */
  public static void main(String[] arguments) {
    var line = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(line.execute(arguments));
  }
}
