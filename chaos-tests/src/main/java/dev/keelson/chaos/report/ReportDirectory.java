package dev.keelson.chaos.report;

import dev.keelson.chaos.checkers.Verdict;
import dev.keelson.chaos.history.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A directory of runs: {@code index.html}, and for each run its timeline beside its history. */
public final class ReportDirectory {
  /** A run that is over. */
  private record Run(String name, Verdict verdict, int operations, int faults) {}

  private final Path directory;
  private final List<Run> runs = new ArrayList<>();
  private final Totals totals = new Totals();

  public ReportDirectory(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  /** Where a run keeps its history and its members' logs. */
  public Path directoryOf(String run) throws IOException {
    return Files.createDirectories(directory.resolve(run));
  }

  /** Writes the run's page and the index anew, so that there is one after every run. */
  public void add(String run, History history, Verdict verdict) throws IOException {
    Files.writeString(
        directoryOf(run).resolve("timeline.html"), Timeline.of(run, history, verdict));
    runs.add(new Run(run, verdict, history.operations().size(), history.faults().size()));
    totals.add(history, verdict);
    Files.writeString(directory.resolve("index.html"), index());
  }

  /** Of all runs so far. */
  public Totals totals() {
    return totals;
  }

  private String index() {
    var body =
        new StringBuilder(
            "<table><tr><th>run</th><th>verdict</th><th>operations</th><th>faults</th>"
                + "<th>violations</th></tr>");
    for (Run run : runs) {
      String word = run.verdict().word();
      body.append("<tr><td><a href=\"").append(Html.text(run.name()));
      body.append("/timeline.html\">").append(Html.text(run.name()));
      body.append("</a></td><td class=\"").append(word.toLowerCase(Locale.ROOT));
      body.append("\">").append(word).append("</td><td>").append(run.operations());
      body.append("</td><td>").append(run.faults()).append("</td><td>");
      body.append(Html.text(run.verdict().found().toString())).append("</td></tr>");
    }
    body.append("</table><pre>").append(Html.text(totals.toString())).append("</pre>");
    return Html.page("Keelson under faults", "", body.toString());
  }
}
