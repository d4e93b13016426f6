package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.server.Etcdctl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real etcdctl where it waits: watches, contended locks and elections. */
class EtcdctlWatchTest extends EtcdctlScenario {
  private static final Duration PATIENCE = Clusters.PATIENCE;

  @TempDir Path scratch;

  private Running start(String name, String... arguments) throws IOException {
    return new Running(etcdctl().start(scratch.resolve(name), arguments), scratch.resolve(name));
  }

  /** An etcdctl that goes on until it is told to end. */
  private record Running(Process process, Path out) implements AutoCloseable {
    String printed() {
      try {
        return Files.readString(out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void awaitPrinted(String expected) {
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(printed()).isEqualTo(expected));
    }

    /** As by ctrl-C. */
    void interrupt() throws Exception {
      process.destroy();
      assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void aWatchPrintsPutsAndDeletesAsTheyCome() throws Exception {
    // Nothing tells when etcdctl has its watch: the first put is repeated until it is seen.
    try (var watch = start("live", "watch", "live/a")) {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(300))
          .until(
              () -> {
                prints("put", "live/a", "0");
                return watch.printed().startsWith("PUT\nlive/a\n0\n");
              });
      prints("put", "live/b", "not watched");
      prints("put", "live/a", "1");
      prints("del", "live/a");

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(watch.printed().replace("PUT\nlive/a\n0\n", ""))
                      .isEqualTo("PUT\nlive/a\n1\nDELETE\nlive/a\n\n"));
    }
  }

  @Test
  void aWatchPrintsHistoryWithWhatWasBefore() throws Exception {
    prints("put", "past/a", "1");
    long first = revision();
    prints("put", "past/a", "2");
    prints("put", "past/b", "3");
    prints("del", "past/a");

    try (var all = start("all", "watch", "--prefix", "past/", "--rev=" + first);
        var previous = start("previous", "watch", "past/a", "--prev-kv", "--rev=" + first)) {
      all.awaitPrinted("PUT\npast/a\n1\nPUT\npast/a\n2\nPUT\npast/b\n3\nDELETE\npast/a\n\n");
      previous.awaitPrinted(
          "PUT\npast/a\n1\nPUT\npast/a\n1\npast/a\n2\nDELETE\npast/a\n2\npast/a\n\n");
    }
  }

  @Test
  void aWatchOfWhatIsCompactedEndsAndSaysSo() {
    prints("put", "gone/a", "1");
    long first = revision();
    prints("put", "gone/a", "2");
    prints("compaction", Long.toString(revision()));

    Etcdctl.Result refused = etcdctl().run("watch", "gone/a", "--rev=" + first);

    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.err()).contains("required revision has been compacted");
  }

  @Test
  void locksAreHeldByOneAtATimeAndHandedOn() throws Exception {
    try (var first = start("first", "lock", "contended")) {
      await().atMost(PATIENCE).until(() -> first.printed().startsWith("contended/"));
      // The second one's command reads the revision in which it has the lock; in a script, for
      // etcdctl would take its flags for its own.
      Path look =
          Files.writeString(
              scratch.resolve("look.sh"),
              String.join(" ", etcdctl().command("get", "nothing", "-w", "json")) + "\n");
      try (var second = start("second", "lock", "contended", "sh", look.toString())) {
        await()
            .atMost(PATIENCE)
            .until(
                () -> prints("get", "--prefix", "--keys-only", "contended/").lines().count() > 2);
        long whileHeld = revision();

        first.interrupt();

        assertThat(second.process().waitFor(180, TimeUnit.SECONDS)).isTrue();
        assertThat(EtcdctlScenario.revisionIn(second.printed())).isGreaterThan(whileHeld);
      }
    }
    assertThat(prints("get", "--prefix", "contended/")).isEmpty();
  }

  /** A file that is read and written without care, but for the lock around both. */
  @Test
  void aLockGuardsAgainstLostIncrements() throws Exception {
    Path counter = Files.writeString(scratch.resolve("counter"), "0");
    Path increment =
        Files.writeString(
            scratch.resolve("increment.sh"),
            "n=$(cat " + counter + "); sleep 0.02; echo $((n + 1)) > " + counter + "\n");
    var workers = new ArrayList<Running>();
    try {
      for (int i = 0; i < 8; i++) {
        workers.add(start("worker" + i, "lock", "counter", "sh", increment.toString()));
      }
      for (var worker : workers) {
        assertThat(worker.process().waitFor(180, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.process().exitValue()).as(worker.printed()).isZero();
      }
    } finally {
      workers.forEach(Running::close);
    }

    assertThat(Files.readString(counter).strip()).isEqualTo("8");
  }

  @Test
  void electionsAreWonByOneAtATimeAndHandedOn() throws Exception {
    try (var first = start("candidate1", "elect", "office", "one")) {
      await().atMost(PATIENCE).until(() -> first.printed().endsWith("\none\n"));
      try (var observer = start("observer", "elect", "--listen", "office");
          var second = start("candidate2", "elect", "office", "two")) {
        await().atMost(PATIENCE).until(() -> observer.printed().endsWith("\none\n"));
        await()
            .atMost(PATIENCE)
            .until(() -> prints("get", "--prefix", "--keys-only", "office/").lines().count() > 2);
        assertThat(second.printed()).isEmpty();

        first.interrupt();

        await().atMost(PATIENCE).until(() -> second.printed().endsWith("\ntwo\n"));
        assertThat(prints("get", "--prefix", "--print-value-only", "office/")).isEqualTo("two\n");
        await().atMost(PATIENCE).until(() -> observer.printed().endsWith("\ntwo\n"));
        second.interrupt();
      }
    }
    assertThat(prints("get", "--prefix", "office/")).isEmpty();
  }
}
