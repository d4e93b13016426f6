package dev.keelson.cli;

import dev.keelson.cli.up.UpCommand;
import dev.keelson.conformance.ConformanceCommand;
import dev.keelson.server.config.FlagSuggestion;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/** {@code keelson}: finds the command and hands it the rest of the line. */
public final class Main {
  private static final List<String> COMMANDS =
      List.of("server", "up", "bench", "conformance", "version", "help");

  private static final String USAGE =
      """
      keelson: a consistent store for cluster state that speaks etcd's v3 API

      Usage: keelson COMMAND [options]

        up           start a cluster on this machine and watch it
        server       run one member
        bench        put load on any etcd v3 cluster and report what it takes
        conformance  run the numbered cases of the API on any etcd v3 store
        version      print the version
        help         print this

      keelson COMMAND --help tells the options of a command.
      """;

  private Main() {}

  public static void main(String[] args) {
    String command = args.length == 0 ? "help" : args[0];
    var rest = Arrays.copyOfRange(args, Math.min(1, args.length), args.length);
    switch (command) {
      case "server" -> leave(MemberCommand.run(List.of(rest)));
      case "up" -> leave(UpCommand.run(List.of(rest)));
      case "bench" -> dev.keelson.bench.Main.main(rest);
      case "conformance" -> leave(new CommandLine(new ConformanceCommand()).execute(rest));
      case "version", "--version", "-version" -> System.out.println(Version.text());
      case "help", "--help", "-help", "-h" -> System.out.print(USAGE);
      default -> leave(unknown(command));
    }
  }

  /** Always by exit: a library's forgotten thread must not keep a finished command alive. */
  private static void leave(int exitCode) {
    System.exit(exitCode);
  }

  private static int unknown(String command) {
    String nearest =
        FlagSuggestion.nearest(command, COMMANDS)
            .map(known -> "; did you mean '" + known + "'?")
            .orElse("");
    System.err.println("keelson: unknown command '" + command + "'" + nearest);
    return ExitCode.USAGE;
  }
}
