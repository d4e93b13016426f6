package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.chaos.history.WatchMessage;
import dev.keelson.chaos.history.WatchStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The promises of reliability 1.4, each watcher against the log that the full watches tell. */
public final class WatchChecker implements Checker {
  /** The promise is 10 s (WA-fresh). */
  public static final Duration FRESH_WITHIN = Duration.ofSeconds(10);

  private final Duration freshWithin;

  public WatchChecker() {
    this(FRESH_WITHIN);
  }

  /**
   * @param freshWithin how long after the last fault every watcher may take to have all events; on
   *     a machine that runs much else too it is more than the promise
   */
  public WatchChecker(Duration freshWithin) {
    this.freshWithin = freshWithin;
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    List<Operation> compactions = Floors.compactions(ledger);
    Map<Long, Long> reached = new HashMap<>();
    long events = 0;
    for (WatchStream stream : ledger.history().watches()) {
      var walk = new WatchWalk(ledger, stream, compactions, findings);
      reached.put(stream.id(), walk.check());
      events += stream.messages().stream().mapToLong(message -> message.changes().size()).sum();
    }
    Map<Long, Long> compacted = compacted(ledger);
    for (WatchStream stream : ledger.history().watches()) {
      resumesWhereItStopped(stream, reached, compacted, findings);
    }
    fresh(ledger, findings);
    findings.checked("watchers", ledger.history().watches().size());
    findings.checked("events", events);
  }

  /** Up to which revision canceled streams were told that everything is compacted. */
  private static Map<Long, Long> compacted(Ledger ledger) {
    Map<Long, Long> compacted = new HashMap<>();
    for (WatchStream stream : ledger.history().watches()) {
      for (WatchMessage message : stream.messages()) {
        if (message.kind() == WatchMessage.Kind.CANCELED) {
          compacted.put(stream.id(), message.compactRevision());
        }
      }
    }
    return compacted;
  }

  /** The client's part of WA-resume; the member's part is that it delivers from there. */
  private static void resumesWhereItStopped(
      WatchStream stream, Map<Long, Long> reached, Map<Long, Long> compacted, Findings findings) {
    long before = stream.opened().resumes();
    long seen = reached.getOrDefault(before, 0L);
    // WA-compact: what is compacted it can only leave out.
    seen = Math.max(seen, compacted.getOrDefault(before, 0L) - 1);
    if (before != 0 && seen > 0 && stream.spec().startRevision() > seen + 1) {
      findings.gap(
          "watcher %d goes on at %d where %d stopped at %d"
              .formatted(stream.id(), stream.spec().startRevision(), before, seen));
    }
  }

  private void fresh(Ledger ledger, Findings findings) {
    var healed = ledger.history().moment(Item.Moment.HEALED);
    var ended = ledger.history().moment(Item.Moment.WORK_ENDED);
    if (healed.isEmpty() || ended.isEmpty()) {
      return;
    }
    long deadline = healed.getAsLong() + freshWithin.toNanos();
    // A run may end when all have everything; whoever then lacks something might have got it yet.
    boolean judged = ended.getAsLong() >= deadline;
    long limit = Math.min(deadline, ended.getAsLong());
    long known =
        ledger.history().operations().stream()
            .filter(operation -> operation.request() instanceof Request.Kv)
            .filter(operation -> operation.returnNanos() <= healed.getAsLong())
            .mapToLong(operation -> operation.response().map(Response::revision).orElse(0L))
            .max()
            .orElse(0);
    for (WatchStream stream : ledger.history().watches()) {
      if (stream.opened().nanos() <= healed.getAsLong() && stream.closedNanos() > limit) {
        freshBy(ledger, stream, known, limit, judged, findings);
      }
    }
  }

  private static void freshBy(
      Ledger ledger,
      WatchStream stream,
      long known,
      long limit,
      boolean judged,
      Findings findings) {
    long told =
        stream.messages().stream()
            .filter(message -> message.nanos() <= limit)
            .mapToLong(WatchWalk::tells)
            .max()
            .orElse(0);
    // Only what it wants can be missed; of the rest it may say nothing.
    long first = Math.max(told + 1, stream.spec().startRevision());
    for (long revision = first; revision <= known; revision++) {
      if (ledger.log().at(revision).stream().anyMatch(stream.spec()::wants)) {
        String missing =
            "watcher %d of member %d had not revision %d in time"
                .formatted(stream.id(), stream.member(), revision);
        if (judged) {
          findings.violation("WA-fresh", missing, stream.opened());
        } else {
          findings.gap(missing + ", but the run ended too soon to judge that");
        }
        return;
      }
    }
  }
}
