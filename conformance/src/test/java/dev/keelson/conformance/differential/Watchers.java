package dev.keelson.conformance.differential;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest.FilterType;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.conformance.store.Keys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The same watchers on both servers. One of them watches every key from the first revision on, so
 * that it is known how many events each of the others has to be told: neither server can agree with
 * the other by both being late.
 */
final class Watchers {
  private static final long EVERYTHING = 1L << 20;
  private static final long NOBODY = 1L << 30;

  /**
   * @param from the first revision it is told of
   * @param seen the place in the history up to which its events are compared
   */
  private record Watcher(WatchCreateRequest request, long from, int seen) {
    boolean isTold(Event event, Set<Long> floors) {
      FilterType without =
          event.getType() == Event.EventType.PUT ? FilterType.NOPUT : FilterType.NODELETE;
      return event.getKv().getModRevision() >= from
          && !request.getFiltersList().contains(without)
          && covers(event.getKv().getKey())
          && !KnownDifferences.mayBeForgotten(event, floors);
    }

    private boolean covers(ByteString key) {
      ByteString first = request.getKey().isEmpty() ? Keys.NO_END : request.getKey();
      ByteString end = request.getRangeEnd();
      int order = ByteString.unsignedLexicographicalComparator().compare(key, first);
      if (end.isEmpty()) {
        return order == 0;
      }
      return order >= 0
          && (end.equals(Keys.NO_END)
              || ByteString.unsignedLexicographicalComparator().compare(key, end) < 0);
    }
  }

  private final WatchTranscript reference;
  private final WatchTranscript subject;
  private final Map<Long, Watcher> watchers = new TreeMap<>();
  private final List<Event> history = new ArrayList<>();
  private final Set<Long> floors = new HashSet<>();
  private long born;

  Watchers(WatchTranscript reference, WatchTranscript subject) {
    this.reference = reference;
    this.subject = subject;
  }

  /** Begins on two stores of one revision. */
  Optional<String> begin(long revision) {
    born = revision;
    return create(
        WatchCreateRequest.newBuilder()
            .setKey(Keys.NO_END)
            .setRangeEnd(Keys.NO_END)
            .setPrevKv(true)
            .setWatchId(EVERYTHING)
            .build(),
        revision,
        0);
  }

  /** The number of watchers without the one of all keys. */
  int size() {
    return watchers.size() - 1;
  }

  /**
   * The same watch, but from the next revision if all it could be told of the past is nothing. That
   * a watcher has caught up shows by its last event alone; whether a compaction overtakes one that
   * is told nothing depends on when the server looked.
   */
  WatchCreateRequest seen(WatchCreateRequest request, long revision) {
    var watcher = new Watcher(request, request.getStartRevision(), 0);
    boolean told = history.stream().anyMatch(event -> watcher.isTold(event, floors));
    return told ? request : request.toBuilder().setStartRevision(revision + 1).build();
  }

  /** Creates a watcher on both; the difference in the answers, if there is one. */
  Optional<String> create(WatchCreateRequest request, long revision, long floor) {
    reference.session().send(request.toBuilder());
    subject.session().send(request.toBuilder());
    WatchResponse expected = reference.answer();
    WatchResponse actual = subject.answer();
    if (!expected.equals(actual)) {
      return difference(request, expected, actual);
    }
    if (expected.getCanceled()) {
      return Optional.empty();
    }
    long start = request.getStartRevision();
    long id = expected.getWatchId();
    if (start > 0 && start < floor) {
      // W24, and W25: the id is free only when it is cancelled again.
      WatchResponse end = reference.answer();
      WatchResponse otherEnd = subject.answer();
      return end.equals(otherEnd) ? sendCancel(id) : difference(request, end, otherEnd);
    }
    long from = start == 0 ? revision + 1 : start;
    int seen = history.size();
    while (seen > 0 && history.get(seen - 1).getKv().getModRevision() >= from) {
      seen--;
    }
    watchers.put(id, new Watcher(request, from, seen));
    return Optional.empty();
  }

  /** Cancels the watcher in this place of the list, after all that it is due. */
  Optional<String> cancel(int place, long revision) {
    List<Long> ids = watchers.keySet().stream().filter(id -> id != EVERYTHING).toList();
    if (ids.isEmpty()) {
      // Not answered (W17): the next answer would tell.
      reference.session().sendCancel(NOBODY);
      subject.session().sendCancel(NOBODY);
      return Optional.empty();
    }
    Optional<String> behind = settle(revision);
    long id = ids.get(place % ids.size());
    watchers.remove(id);
    return behind.isPresent() ? behind : sendCancel(id);
  }

  void compacted(long floor) {
    floors.add(floor);
  }

  /** Waits until both have told every event up to this revision; the first difference, if any. */
  Optional<String> settle(long revision) {
    List<Event> told =
        revision > born
            ? reference.events(EVERYTHING, events -> missing(events, revision))
            : List.of();
    int known = history.size();
    history.addAll(told);
    for (Map.Entry<Long, Watcher> one : watchers.entrySet()) {
      Watcher watcher = one.getValue();
      try {
        Optional<String> difference = settle(one.getKey(), watcher, known);
        if (difference.isPresent()) {
          return difference;
        }
      } catch (WatchTranscript.MissingException e) {
        return Optional.of(e.getMessage() + "\nof " + watcher + " floors " + floors);
      }
      one.setValue(new Watcher(watcher.request(), watcher.from(), history.size()));
    }
    reference.forgetEvents();
    subject.forgetEvents();
    return Optional.empty();
  }

  private Optional<String> settle(long id, Watcher watcher, int known) {
    int from = id == EVERYTHING ? known : watcher.seen();
    List<Event> dueEvents =
        history.subList(from, history.size()).stream()
            .filter(event -> watcher.isTold(event, floors))
            .toList();
    int due = dueEvents.size();
    List<Event> expected = certain(reference.events(id, events -> due - size(events)));
    List<Event> actual = certain(subject.events(id, events -> due - size(events)));
    return expected.equals(actual) && expected.size() == due
        ? Optional.empty()
        : difference(watcher, expected, actual);
  }

  /** The last look: nothing is left that nobody was due. */
  Optional<String> end(long revision) {
    Optional<String> behind = settle(revision);
    reference.drain();
    subject.drain();
    return behind.isPresent() || (reference.untold().isEmpty() && subject.untold().isEmpty())
        ? behind
        : difference("events nobody is due", reference.untold(), subject.untold());
  }

  private Optional<String> sendCancel(long id) {
    reference.session().sendCancel(id);
    subject.session().sendCancel(id);
    WatchResponse expected = reference.answer();
    WatchResponse actual = subject.answer();
    return expected.equals(actual)
        ? Optional.empty()
        : difference("cancel " + id, expected, actual);
  }

  private int missing(List<Event> told, long revision) {
    Event last =
        told.isEmpty() && !history.isEmpty()
            ? history.getLast()
            : told.isEmpty() ? Event.getDefaultInstance() : told.getLast();
    return last.getKv().getModRevision() < revision ? 1 : 0;
  }

  private int size(List<Event> events) {
    return certain(events).size();
  }

  private List<Event> certain(List<Event> events) {
    return events.stream().filter(e -> !KnownDifferences.mayBeForgotten(e, floors)).toList();
  }

  private static Optional<String> difference(Object what, Object expected, Object actual) {
    return Optional.of(what + "\n--- reference:\n" + expected + "\n--- subject:\n" + actual);
  }
}
