package dev.keelson.cli.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The last step of the build: writes the class path, makes the AOT cache (JEP 514) by one training
 * run, and marks the distribution complete. Without the cache all works, only slower: so its
 * failure is a warning.
 */
public final class FinishDistribution {
  private static final long TRAINING_TIMEOUT_SECONDS = 900;

  private final Path home;

  private FinishDistribution(Path home) {
    this.home = home;
  }

  /** Takes the directory of the distribution, and whether to leave the cache out. */
  public static void main(String[] args) throws IOException, InterruptedException {
    var step = new FinishDistribution(Path.of(args[0]).toAbsolutePath());
    List<String> jars = step.writeClassPath();
    if (!Boolean.parseBoolean(args[1])) {
      step.makeCache(jars);
    }
    Files.writeString(step.home.resolve("complete"), "");
  }

  /** In one order for the training and for every later start: the cache fits no other. */
  private List<String> writeClassPath() throws IOException {
    try (var files = Files.list(home.resolve("lib"))) {
      List<String> jars = files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
      Files.write(home.resolve("class-path"), jars);
      return jars;
    }
  }

  private void makeCache(List<String> jars) throws IOException, InterruptedException {
    Path cache = home.resolve("keelson.aot");
    Path log = home.resolveSibling("aot.log");
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + home.resolve("member.jvm"));
    command.add("-Dkeelson.home=" + home);
    command.add("-Djava.library.path=" + home.resolve("natives"));
    command.add("-XX:AOTCacheOutput=" + cache);
    // Classes only: the profile of a short rehearsal (JEP 515) misleads the compiler for good, at
    // the cost of a quarter of all puts (docs/performance.md).
    command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining"));
    command.add("-cp");
    command.add(
        jars.stream()
            .map(jar -> home.resolve("lib").resolve(jar).toString())
            .collect(Collectors.joining(java.io.File.pathSeparator)));
    command.add(TrainingRun.class.getName());
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = process.waitFor(TRAINING_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    if (!ended || process.exitValue() != 0 || Files.notExists(cache)) {
      Files.deleteIfExists(cache);
      System.out.println(
          "[WARNING] no AOT cache, starts will be slower; the training run says why: " + log);
    }
  }
}
