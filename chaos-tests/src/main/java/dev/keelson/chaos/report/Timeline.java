package dev.keelson.chaos.report;

import dev.keelson.chaos.checkers.Verdict;
import dev.keelson.chaos.checkers.Violation;
import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.WatchMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A run as one page: a lane for each client, time from left to right, faults as shades behind, and
 * what shows a violation in red. Of a long run so many operations are drawn as a browser can bear,
 * those around the violations first.
 */
public final class Timeline {
  private static final int DRAWN = 4_000;
  private static final int LANES = 200;
  private static final int WIDTH = 2_400;
  private static final int LANE = 14;
  private static final int LEFT = 90;
  private static final String STYLE =
      ".ok{fill:#4c9f70}.definite{fill:#b0b0b0}.indefinite{fill:#e0a030}.guilty{fill:#d00020}"
          + ".fault{fill:#c33;opacity:.12}.watch{fill:#3f6fb5}text{font:10px sans-serif}";

  private final History history;
  private final Verdict verdict;
  private final Set<Item> guilty = new HashSet<>();
  private final long start;
  private final long end;

  private Timeline(History history, Verdict verdict) {
    this.history = history;
    this.verdict = verdict;
    verdict.violations().forEach(violation -> guilty.addAll(violation.evidence()));
    List<Operation> operations = history.operations();
    start = operations.stream().mapToLong(Operation::callNanos).min().orElse(0);
    end = operations.stream().mapToLong(Operation::returnNanos).max().orElse(1);
  }

  public static String of(String title, History history, Verdict verdict) {
    var timeline = new Timeline(history, verdict);
    return Html.page(title, STYLE, timeline.body());
  }

  private String body() {
    var body = new StringBuilder();
    body.append("<p class=\"").append(verdict.word().toLowerCase(Locale.ROOT)).append("\">");
    body.append(Html.text(verdict.word())).append("</p>");
    summary(body);
    for (Violation violation : verdict.violations()) {
      body.append("<pre>").append(Html.text(violation.toString())).append("</pre>");
    }
    for (String gap : verdict.gaps()) {
      body.append("<p class=\"invalid\">").append(Html.text(gap)).append("</p>");
    }
    picture(body);
    return body.toString();
  }

  private void summary(StringBuilder body) {
    body.append("<table><tr><th>checked</th><th>how many</th></tr>");
    verdict.checked().forEach((what, count) -> row(body, what, count));
    verdict.found().forEach((rule, count) -> row(body, "violations of " + rule, count));
    body.append("</table>");
  }

  private static void row(StringBuilder body, String what, long count) {
    body.append("<tr><td>").append(Html.text(what)).append("</td><td>");
    body.append(count).append("</td></tr>");
  }

  private void picture(StringBuilder body) {
    List<Operation> drawn = drawn();
    Map<Integer, Integer> lanes = new TreeMap<>();
    drawn.forEach(operation -> lanes.put(operation.process(), 0));
    int lane = 0;
    for (Map.Entry<Integer, Integer> entry : lanes.entrySet()) {
      // Who got a new identity after an indefinite end shares a lane with others, far down.
      entry.setValue(lane++ % LANES);
    }
    int height = (Math.min(lanes.size(), LANES) + 4) * LANE;
    body.append("<p>").append(drawn.size()).append(" of ").append(history.operations().size());
    body.append(" operations are drawn.</p><div style=\"overflow:auto\"><svg width=\"");
    body.append(LEFT + WIDTH + 20).append("\" height=\"").append(height).append("\">");
    for (Fault fault : history.faults()) {
      box(
          body,
          "fault",
          fault.fromNanos(),
          fault.untilNanos(),
          0,
          height,
          fault.kind() + " " + fault.target() + ": " + fault.detail());
    }
    for (Operation operation : drawn) {
      int at = (lanes.getOrDefault(operation.process(), 0) + 1) * LANE;
      box(
          body,
          guilty.contains(operation) ? "guilty" : kind(operation.outcome()),
          operation.callNanos(),
          operation.returnNanos(),
          at,
          LANE - 3,
          operation.toString());
    }
    for (Item item : guilty) {
      if (item instanceof WatchMessage message) {
        box(
            body,
            "watch guilty",
            message.nanos(),
            message.nanos(),
            height - 2 * LANE,
            LANE,
            message.toString());
      }
    }
    lanes.forEach((process, at) -> label(body, process, at));
    body.append("</svg></div>");
  }

  private List<Operation> drawn() {
    List<Operation> all = history.operations();
    if (all.size() <= DRAWN) {
      return all;
    }
    long middle = guilty.stream().mapToLong(Item::nanos).min().orElse(start + (end - start) / 2);
    var near = new ArrayList<>(all);
    near.sort((a, b) -> Long.compare(far(a, middle), far(b, middle)));
    return List.copyOf(near.subList(0, DRAWN));
  }

  private long far(Operation operation, long middle) {
    return guilty.contains(operation) ? -1 : Math.abs(operation.callNanos() - middle);
  }

  private static String kind(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Ok _ -> "ok";
      case Outcome.Definite _ -> "definite";
      case Outcome.Indefinite _ -> "indefinite";
    };
  }

  private static void label(StringBuilder body, int process, int lane) {
    body.append("<text x=\"2\" y=\"").append((lane + 2) * LANE - 5).append("\">client ");
    body.append(process).append("</text>");
  }

  private void box(
      StringBuilder body, String kind, long from, long until, int y, int height, String told) {
    body.append("<rect class=\"").append(kind).append("\" x=\"").append(x(from));
    body.append("\" y=\"").append(y).append("\" width=\"");
    body.append(Math.max(2, x(until) - x(from))).append("\" height=\"").append(height);
    body.append("\"><title>").append(Html.text(told)).append("</title></rect>");
  }

  private long x(long nanos) {
    long inside = Math.clamp(nanos, start, end);
    return LEFT + (long) ((double) (inside - start) / Math.max(1, end - start) * WIDTH);
  }
}
