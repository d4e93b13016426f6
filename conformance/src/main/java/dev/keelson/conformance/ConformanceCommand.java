package dev.keelson.conformance;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code keelson conformance}: runs the cases against any endpoint of the etcd v3 API. */
@Command(
    name = "conformance",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Run the conformance cases against a running store that speaks the etcd v3 API.")
public final class ConformanceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--endpoints",
      split = ",",
      paramLabel = "HOST:PORT",
      description = "members of one cluster; the first is tested (default: 127.0.0.1:2379)")
  private List<String> endpoints = List.of("127.0.0.1:2379");

  @Option(
      names = "--own-store",
      description =
          "the store belongs to this run: also run the cases that DELETE ALL KEYS and compact")
  private boolean ownStore;

  @Option(
      names = "--cases",
      split = ",",
      paramLabel = "ID",
      description = "only these cases; a number means all parts of it")
  private List<String> only = List.of();

  @Option(names = "--list", description = "print the cases and what they need, and run nothing")
  private boolean list;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Case> chosen = Catalogue.all().stream().filter(this::isChosen).toList();
    if (list) {
      chosen.forEach(one -> out.printf("%-10s  %s  %s%n", one.id(), one.title(), one.tags()));
      return 0;
    }
    Environment environment =
        ownStore ? Environment.own(addresses()) : Environment.shared(addresses());
    String run = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
    var report = new Report(out);
    try (var runner = new ConformanceRunner(environment, run)) {
      chosen.forEach(one -> report.add(one, runner.run(one)));
    }
    report.close();
    return report.successful() ? 0 : 1;
  }

  private boolean isChosen(Case one) {
    return only.isEmpty()
        || only.stream()
            .map(id -> id.toLowerCase(Locale.ROOT))
            .anyMatch(
                id ->
                    one.id().toLowerCase(Locale.ROOT).equals(id)
                        || one.id().toLowerCase(Locale.ROOT).startsWith(id + "-"));
  }

  /** Endpoints as etcd's tools take them, with or without a scheme. */
  private List<String> addresses() {
    return endpoints.stream().map(e -> e.replaceFirst("^http://", "")).toList();
  }
}
