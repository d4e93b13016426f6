package dev.keelson.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.chaos.checkers.Findings;
import dev.keelson.chaos.checkers.GeneratedHistories;
import dev.keelson.chaos.checkers.Verdict;
import dev.keelson.chaos.history.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A violation is seen on the page of its run, and the page needs nothing from elsewhere. */
class ReportDirectoryTest {
  @TempDir private Path directory;

  @Test
  void theGuiltyOperationAndTheFaultsAreOnThePage() throws IOException {
    History history = GeneratedHistories.of(1);
    var findings = new Findings();
    findings.violation("a-rule", "it is <wrong>", history.operations().get(5));

    String page = Timeline.of("a run", history, findings.verdict());

    assertThat(page).contains("VIOLATED", "a-rule", "it is &lt;wrong&gt;", "class=\"guilty\"");
    assertThat(page).contains("class=\"fault\"").doesNotContain("<script", "http://", "https://");
  }

  @Test
  void theIndexLeadsToEveryRun() throws IOException {
    var report = new ReportDirectory(directory.resolve("report"));
    History history = GeneratedHistories.of(2);
    Verdict passed = new Findings().verdict();
    var gap = new Findings();
    gap.gap("nothing happened");

    report.add("first", history, passed);
    report.add("second", history, gap.verdict());

    String index = Files.readString(directory.resolve("report/index.html"));
    assertThat(index).contains("first/timeline.html", "second/timeline.html", "INVALID");
    assertThat(directory.resolve("report/second/timeline.html")).exists();
  }
}
