package dev.keelson.server.http;

import dev.keelson.api.etcdserverpb.AlarmType;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** GET /livez and /readyz: named checks, all of them or one by its name. */
public final class ProbeEndpoint implements HttpEndpoint {
  /** One question; the answer is what is wrong, or empty. */
  private interface Check {
    void run(Executor connection, Consumer<Optional<String>> result);
  }

  private record Named(String name, Check check) {}

  private final List<Named> checks;

  private ProbeEndpoint(List<Named> checks) {
    this.checks = checks;
  }

  /** The process can read its store: if not, restart it. */
  public static ProbeEndpoint live(HealthReads reads) {
    return new ProbeEndpoint(List.of(serializableRead(reads)));
  }

  /** The member can serve any client: if not, send them elsewhere. */
  public static ProbeEndpoint ready(HealthReads reads) {
    return new ProbeEndpoint(
        List.of(
            new Named(
                "data_corruption",
                (connection, result) ->
                    result.accept(
                        reads.isRaised(AlarmType.CORRUPT)
                            ? Optional.of("alarm activated: CORRUPT")
                            : Optional.empty())),
            serializableRead(reads),
            new Named("progress", (connection, result) -> result.accept(reads.standstill())),
            new Named("linearizable_read", reads::linearizable),
            new Named(
                "non_learner",
                (connection, result) ->
                    result.accept(
                        reads.isLearner()
                            ? Optional.of("not supported for learner")
                            : Optional.empty()))));
  }

  private static Named serializableRead(HealthReads reads) {
    return new Named(
        "serializable_read", (connection, result) -> result.accept(reads.serializable()));
  }

  @Override
  public void answer(HttpQuery query) {
    List<Named> wanted;
    if (query.path().isEmpty()) {
      Set<String> excluded = new HashSet<>(query.all("exclude"));
      wanted = checks.stream().filter(check -> !excluded.contains(check.name())).toList();
    } else {
      wanted = checks.stream().filter(check -> check.name().equals(query.path())).toList();
      if (wanted.isEmpty()) {
        query.reply().accept(HttpReply.notFound());
        return;
      }
    }
    new Run(query).next(wanted.iterator());
  }

  /** The checks of one request, one after the other. */
  private static final class Run {
    private final HttpQuery query;
    private final StringBuilder lines = new StringBuilder();
    private boolean failed;

    Run(HttpQuery query) {
      this.query = query;
    }

    void next(Iterator<Named> rest) {
      if (!rest.hasNext()) {
        query.reply().accept(reply());
        return;
      }
      var named = rest.next();
      named
          .check()
          .run(
              query.connection(),
              error -> {
                note(named.name(), error);
                next(rest);
              });
    }

    private void note(String name, Optional<String> error) {
      failed |= error.isPresent();
      lines.append(
          error
              .map(text -> "[-]" + name + " failed: " + text + "\n")
              .orElseGet(() -> "[+]" + name + " ok\n"));
    }

    private HttpReply reply() {
      if (failed) {
        return HttpReply.plain(503, lines.append('\n').toString());
      }
      return HttpReply.plain(200, query.has("verbose") ? lines.append("ok\n").toString() : "ok\n");
    }
  }

  /** Both probes under their paths. */
  public static Map<String, HttpEndpoint> routes(HealthReads reads) {
    var live = live(reads);
    var ready = ready(reads);
    return Map.of("/livez", live, "/livez/", live, "/readyz", ready, "/readyz/", ready);
  }
}
