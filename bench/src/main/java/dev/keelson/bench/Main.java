package dev.keelson.bench;

import picocli.CommandLine;

/** Starts the load generator by itself; {@code keelson bench} runs the same command. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new BenchCommand())
        .setParameterExceptionHandler(
            (failure, arguments) -> {
              var command = failure.getCommandLine();
              var err = command.getErr();
              err.println(failure.getMessage());
              CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
              err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
              err.flush();
              return CommandLine.ExitCode.USAGE;
            });
  }
}
