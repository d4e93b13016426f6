package dev.keelson.cli.up;

import dev.keelson.cli.ExitCode;
import java.time.Duration;
import java.util.List;

/** {@code keelson up}: a cluster on this machine, until Ctrl-C. */
public final class UpCommand {
  private UpCommand() {}

  /** Returns the exit code, if it returns: a signal ends it otherwise. */
  public static int run(List<String> args) {
    long start = System.nanoTime();
    UpOptions options;
    try {
      options = UpOptions.parse(args);
    } catch (UpException e) {
      return refuse(ExitCode.USAGE, e);
    }
    if (options.help()) {
      System.out.print(UpOptions.USAGE);
      return ExitCode.OK;
    }
    try (var directory = ClusterDirectory.inspect(options)) {
      claim(directory);
      return serve(directory, options, start);
    } catch (UpException e) {
      return refuse(ExitCode.FAILED, e);
    } catch (InterruptedException e) {
      return ExitCode.FAILED;
    }
  }

  private static int refuse(int exitCode, UpException refusal) {
    System.err.println("keelson up: " + refusal.line());
    return exitCode;
  }

  /**
   * In the order that leaves nothing behind: a new directory is made only when all ports are free.
   */
  private static void claim(ClusterDirectory directory) throws UpException {
    if (!directory.isFresh()) {
      directory.lock();
    }
    Ports.requireFree(directory.plan());
    if (directory.isFresh()) {
      directory.lock();
    }
    directory.prepare();
  }

  private static int serve(ClusterDirectory directory, UpOptions options, long start)
      throws UpException, InterruptedException {
    var console = new Console(System.out);
    var supervisor =
        new Supervisor(directory, MemberJvm.command(System.getenv()), options.restart(), console);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> end(supervisor, console), "stop-members"));
    try {
      supervisor.start();
      supervisor.awaitServing();
      String leader = supervisor.leader();
      greet(directory, leader, Duration.ofNanos(System.nanoTime() - start), console);
      supervisor.watch();
      return ExitCode.OK;
    } finally {
      supervisor.stop();
    }
  }

  private static void end(Supervisor supervisor, Console console) {
    boolean failed = supervisor.isStopping();
    supervisor.stop();
    if (!failed) {
      console.text("\nAll members stopped; their data is kept.");
    }
  }

  private static void greet(
      ClusterDirectory directory, String leader, Duration took, Console console) {
    var plan = directory.plan();
    console.text(
        "%s after %.1f s; data and logs in %s"
            .formatted(
                plan.memberCount() == 1 ? "1 member serves" : plan.memberCount() + " members serve",
                took.toMillis() / 1_000.0,
                directory.root()));
    for (var member : plan.members()) {
      console.text(
          "  %s  http://%s%s"
              .formatted(
                  member.name(),
                  member.endpoint(),
                  member.name().equals(leader) ? "  leader" : ""));
    }
    String etcdctl = "  etcdctl --endpoints=" + plan.endpoints();
    console.text("\nTry");
    console.text(etcdctl + " put greeting hello");
    console.text(etcdctl + " get greeting");
    console.text(etcdctl + " endpoint status --write-out=table");
    console.text("Ctrl-C stops all members.\n");
  }
}
