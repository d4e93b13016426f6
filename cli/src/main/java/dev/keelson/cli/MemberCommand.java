package dev.keelson.cli;

import dev.keelson.cli.logging.LogSetup;
import dev.keelson.server.KeelsonServer;
import dev.keelson.server.MemberStop;
import dev.keelson.server.StartException;
import dev.keelson.server.config.ServerCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code keelson server}: one member, until a signal ends it. Loads no option library. */
final class MemberCommand {
  /** Once it has failed. */
  private static final int INTERNAL = 71;

  private static final Duration CLOSED_WITHIN = Duration.ofSeconds(10);

  private MemberCommand() {}

  static int run(List<String> args) {
    return switch (ServerCommand.read(args, System.getenv(), ServerCommand.disk())) {
      case ServerCommand.ShowHelp(var text) -> {
        System.out.print(text);
        yield ExitCode.OK;
      }
      case ServerCommand.ShowVersion() -> {
        System.out.println(Version.text());
        yield ExitCode.OK;
      }
      case ServerCommand.Refused(int exitCode, var line) -> refuse(exitCode, line);
      case ServerCommand.Run run -> serve(run);
    };
  }

  private static int refuse(int exitCode, String line) {
    System.err.println("keelson server: " + line);
    return exitCode;
  }

  private static int serve(ServerCommand.Run run) {
    LogSetup.level(run.config().logLevel());
    Logger log = LoggerFactory.getLogger("Member");
    run.warnings().forEach(log::warn);
    // For threads that are nobody's: a process in which one has died is not trusted (OV-oom).
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, bug) -> {
          log.error("thread died thread={}: the process ends", thread.getName(), bug);
          Runtime.getRuntime().halt(INTERNAL);
        });
    if (run.stopWithStdin()) {
      stopWithStdin();
    }
    try (var server = KeelsonServer.start(run.config())) {
      // SIGTERM and SIGINT run the hooks: the process leaves once the member is closed.
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "keelson-shutdown"));
      return end(server, log);
    } catch (StartException e) {
      return refuse(e.exitCode(), String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      return ExitCode.FAILED;
    }
  }

  /**
   * A member that failed is closed in order as far as that goes. What hangs, as a disk may, must
   * not keep the process: it would look alive, and hold its place (reliability.md 1.7, OV-oom).
   */
  private static int end(KeelsonServer server, Logger log) throws InterruptedException {
    var how = server.awaitStop();
    if (how instanceof MemberStop.Failed(var thread, var _) && !server.awaitClosed(CLOSED_WITHIN)) {
      log.error("the member failed in {} and cannot be closed: the process ends as it is", thread);
      Runtime.getRuntime().halt(how.exitCode());
    }
    return server.awaitTermination().exitCode();
  }

  /** From before the start: a member that replays a long log must not outlive who started it. */
  private static void stopWithStdin() {
    Thread.ofPlatform()
        .daemon()
        .name("keelson-stdin")
        .start(
            () -> {
              waitForEndOfInput();
              System.exit(ExitCode.OK);
            });
  }

  private static void waitForEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // What is said does not matter, only that somebody is there to say it.
      }
    } catch (IOException e) {
      // A broken pipe is an end as well.
    }
  }
}
