package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.WatchMessage;
import dev.keelson.chaos.history.WatchStream;
import java.util.List;
import java.util.Optional;

/**
 * One watcher's responses, one after the other, beside the log. Stops at the first that is wrong:
 * what follows a wrong one says no more. Used once.
 */
final class WatchWalk {
  private static final long UNKNOWN = -1;

  private final Ledger ledger;
  private final WatchStream stream;
  private final List<Operation> compactions;
  private final Findings findings;

  /** The next event is of this revision or a later one; unknown until a start is known. */
  private long revision;

  /** So many of the wanted events of that revision were delivered. */
  private int delivered;

  private long progress;
  private long createdRevision = Long.MAX_VALUE - 1;
  private boolean fragmentOpen;
  private boolean canceled;
  private boolean wrong;

  WatchWalk(Ledger ledger, WatchStream stream, List<Operation> compactions, Findings findings) {
    this.ledger = ledger;
    this.stream = stream;
    this.compactions = compactions;
    this.findings = findings;
    revision = stream.spec().startRevision() > 0 ? stream.spec().startRevision() : UNKNOWN;
  }

  /** Answers up to which revision the watcher was told of everything. */
  long check() {
    for (WatchMessage message : stream.messages()) {
      take(message);
      if (wrong) {
        break;
      }
    }
    return revision == UNKNOWN ? 0 : delivered > 0 ? revision : revision - 1;
  }

  /** Up to which revision a message says that all is told. */
  static long tells(WatchMessage message) {
    return switch (message.kind()) {
      case EVENTS -> {
        long last = message.changes().isEmpty() ? 0 : message.changes().getLast().revision();
        yield message.fragment() ? last - 1 : last;
      }
      case PROGRESS -> message.revision();
      case CREATED, CANCELED -> 0;
    };
  }

  private void take(WatchMessage message) {
    if (canceled) {
      convict("WA-compact", "it was told more after its end", message);
      return;
    }
    if (fragmentOpen && message.kind() != WatchMessage.Kind.EVENTS) {
      convict("WA-atomic", "another response between two fragments", message);
      return;
    }
    switch (message.kind()) {
      case CREATED -> created(message);
      case EVENTS -> events(message);
      case PROGRESS -> progress(message);
      case CANCELED -> canceled(message);
    }
  }

  private void created(WatchMessage message) {
    createdRevision = message.revision();
  }

  private void events(WatchMessage message) {
    if (message.changes().isEmpty()) {
      convict("WA-reliable", "a response without events that says nothing", message);
      return;
    }
    if (message.revision() < message.changes().getLast().revision()) {
      convict("WA-order", "the header is older than the events", message);
      return;
    }
    for (Change change : message.changes()) {
      event(change, message);
      if (wrong) {
        return;
      }
    }
    fragmentOpen = message.fragment();
    if (!fragmentOpen && !nothingLeftOf(revision)) {
      convict("WA-atomic", "revision %d is cut in two".formatted(revision), message);
    }
  }

  private void event(Change change, WatchMessage message) {
    long start = stream.spec().startRevision();
    if (start > 0 && change.revision() < start) {
      convict("WA-start", change + " is before the start at " + start, message);
      return;
    }
    if (revision == UNKNOWN) {
      // W5: it began somewhere before the revision of the answer to its creation, or right after.
      revision = Math.min(change.revision(), createdRevision + 1);
    }
    if (change.revision() <= progress) {
      convict("WA-bookmark", change + " after progress to " + progress, message);
      return;
    }
    if (change.revision() < revision) {
      convict("WA-order", change + " after revision " + revision, message);
      return;
    }
    if (change.revision() > revision && !skipTo(change.revision(), message)) {
      return;
    }
    List<Change> wanted = wanted(revision);
    if (delivered >= wanted.size()) {
      convict("WA-reliable", change + " is not in the log or not for this watcher", message);
      return;
    }
    Change expected = wanted.get(delivered);
    if (!change.withoutPrevious().equals(expected)) {
      boolean again = wanted.subList(0, delivered).contains(change.withoutPrevious());
      convict(
          again ? "WA-unique" : "WA-reliable",
          "%s where %s was due".formatted(change, expected),
          message);
      return;
    }
    delivered++;
    previous(change, message);
  }

  /** Goes on to a later revision, if nothing that is wanted lies between. */
  private boolean skipTo(long next, WatchMessage message) {
    if (!nothingLeftOf(revision)) {
      convict("WA-reliable", "part of revision %d is missing".formatted(revision), message);
      return false;
    }
    Optional<Change> missed = firstWanted(revision + 1, next - 1);
    if (delivered == 0) {
      missed = firstWanted(revision, next - 1);
    }
    if (missed.isPresent()) {
      convict("WA-reliable", missed.get() + " is missing", message);
      return false;
    }
    revision = next;
    delivered = 0;
    return true;
  }

  /** Whether a revision that was begun was told in full. */
  private boolean nothingLeftOf(long begun) {
    return delivered == 0 || delivered == wanted(begun).size();
  }

  private Optional<Change> firstWanted(long from, long to) {
    for (long at = from; at <= to; at++) {
      List<Change> wanted = wanted(at);
      if (!wanted.isEmpty()) {
        return Optional.of(wanted.getFirst());
      }
    }
    return Optional.empty();
  }

  private List<Change> wanted(long at) {
    return ledger.log().at(at).stream().filter(stream.spec()::wants).toList();
  }

  /** W10, C8. */
  private void previous(Change change, WatchMessage message) {
    Optional<KeyVersion> before =
        stream.spec().previous()
            ? ledger.states().at(change.version().key(), change.revision() - 1)
            : Optional.empty();
    if (change.previous().equals(before.map(List::of).orElse(List.of()))) {
      return;
    }
    boolean forgotten =
        change.previous().isEmpty()
            && Floors.highestAskedBefore(compactions, message.nanos()) >= change.revision();
    if (!forgotten) {
      convict(
          "WA-prev",
          "%s comes with %s where %s was before".formatted(change, change.previous(), before),
          message);
    }
  }

  private void progress(WatchMessage message) {
    long told = message.revision();
    if (told < progress) {
      convict("WA-bookmark", "progress goes back from " + progress + " to " + told, message);
      return;
    }
    if (told < stream.spec().startRevision()) {
      convict("WA-start", "progress at " + told + " before the start", message);
      return;
    }
    if (revision == UNKNOWN) {
      revision = Math.min(told, createdRevision) + 1;
    }
    if (!nothingLeftOf(revision)) {
      convict("WA-atomic", "progress in the middle of a revision", message);
      return;
    }
    Optional<Change> missed = firstWanted(delivered > 0 ? revision + 1 : revision, told);
    if (missed.isPresent()) {
      convict("WA-bookmark", "progress to %d without %s".formatted(told, missed.get()), message);
      return;
    }
    progress = told;
    if (told >= revision) {
      revision = told + 1;
      delivered = 0;
    }
  }

  private void canceled(WatchMessage message) {
    canceled = true;
    long floor = message.compactRevision();
    if (floor == 0 || revision == UNKNOWN) {
      return;
    }
    long next = delivered > 0 ? revision + 1 : revision;
    if (next >= floor) {
      convict("WA-compact", "%d was compacted, but %d is next".formatted(floor, next), message);
    } else if (Floors.highestAskedBefore(compactions, message.nanos()) < floor) {
      convict("WA-compact", "nobody compacted to " + floor, message);
    }
  }

  private void convict(String rule, String explanation, WatchMessage message) {
    wrong = true;
    findings.violation(
        rule,
        "watcher %d of member %d: %s".formatted(stream.id(), stream.member(), explanation),
        stream.opened(),
        message);
  }
}
