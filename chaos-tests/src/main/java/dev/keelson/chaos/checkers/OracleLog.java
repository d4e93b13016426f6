package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.WatchMessage;
import dev.keelson.chaos.history.WatchStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The log of changes, as the union of all watch streams that see everything (3.5, step 1). Members
 * that disagree about a revision are convicted here. Revision 1 is the empty store.
 */
public final class OracleLog {
  private final List<List<Change>> revisions = new ArrayList<>(List.of(List.of(), List.of()));
  private long promised = 1;
  private int witnesses;

  private OracleLog() {}

  static OracleLog of(History history, Findings findings) {
    var log = new OracleLog();
    List<WatchStream> tellers = new ArrayList<>();
    for (WatchStream stream : history.watches()) {
      if (stream.spec().seesEverything()) {
        log.witnesses++;
        forEachRevision(
            stream, (message, changes) -> log.add(stream, message, changes, tellers, findings));
        log.promised = Math.max(log.promised, progressOf(stream));
      }
    }
    return log;
  }

  /** The last revision that is known, or said to be complete. */
  public long last() {
    return Math.max(promised, revisions.size() - 1L);
  }

  /** Its changes in their order; none if nobody told of it. */
  public List<Change> at(long revision) {
    return revision < 2 || revision >= revisions.size() ? List.of() : revisions.get((int) revision);
  }

  public boolean knows(long revision) {
    return !at(revision).isEmpty();
  }

  public int witnesses() {
    return witnesses;
  }

  private void add(
      WatchStream stream,
      WatchMessage message,
      List<Change> changes,
      List<WatchStream> tellers,
      Findings findings) {
    long revision = changes.getFirst().revision();
    if (revision < 2 || revision > Integer.MAX_VALUE) {
      findings.violation("oracle", "a revision that cannot be", message);
      return;
    }
    while (revisions.size() <= revision) {
      revisions.add(List.of());
    }
    while (tellers.size() <= revision) {
      tellers.add(stream);
    }
    List<Change> known = revisions.get((int) revision);
    if (known.isEmpty()) {
      revisions.set((int) revision, List.copyOf(changes));
      tellers.set((int) revision, stream);
    } else if (!known.equals(changes)) {
      WatchStream other = tellers.get((int) revision);
      findings.violation(
          "oracle-agree",
          "revision %d is %s to member %d and %s to member %d"
              .formatted(revision, known, other.member(), changes, stream.member()),
          other.opened(),
          message);
    }
  }

  /** Calls with the changes of each revision of a stream that is known to be whole. */
  private static void forEachRevision(
      WatchStream stream, BiConsumer<WatchMessage, List<Change>> whole) {
    var open = new ArrayList<Change>();
    for (WatchMessage message : stream.messages()) {
      for (Change change : message.changes()) {
        if (!open.isEmpty() && open.getFirst().revision() != change.revision()) {
          whole.accept(message, open);
          open.clear();
        }
        open.add(change.withoutPrevious());
      }
      if (!message.fragment() && !open.isEmpty()) {
        whole.accept(message, open);
        open.clear();
      }
    }
  }

  private static long progressOf(WatchStream stream) {
    return stream.messages().stream()
        .filter(message -> message.kind() == WatchMessage.Kind.PROGRESS)
        .mapToLong(WatchMessage::revision)
        .max()
        .orElse(0);
  }
}
