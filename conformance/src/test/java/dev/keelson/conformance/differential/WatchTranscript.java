package dev.keelson.conformance.differential;

import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.conformance.store.WatchSession;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * What one server says on a Watch stream, taken apart: the answers to creations and cancellations
 * in order, and of each watcher its events in order. How events are spread over responses is not
 * compared (W14: it depends on when a server reads its history); what a response may hold is
 * checked on each one.
 */
final class WatchTranscript implements AutoCloseable {
  /** A server owes something and does not say it. */
  static final class MissingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MissingException(String message) {
      super(message);
    }
  }

  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);

  private final WatchSession session;
  private final Queue<WatchResponse> answers = new ArrayDeque<>();
  private final Map<Long, List<Event>> events = new TreeMap<>();

  WatchTranscript(WatchSession session) {
    this.session = session;
  }

  WatchSession session() {
    return session;
  }

  /** The next answer to a creation or cancellation, without what is each server's own. */
  WatchResponse answer() {
    while (answers.isEmpty()) {
      readOne("an answer");
    }
    WatchResponse answer = answers.remove();
    return answer.toBuilder().setHeader(KnownDifferences.bare(answer.getHeader())).build();
  }

  /** Reads on until this watcher has so many events. */
  List<Event> events(long watcher, ToIntFunction<List<Event>> missing) {
    List<Event> told = events.computeIfAbsent(watcher, id -> new ArrayList<>());
    while (missing.applyAsInt(told) > 0) {
      readOne("events of watcher " + watcher);
    }
    return told;
  }

  /** Takes what has come without waiting. */
  void drain() {
    while (session.next(Duration.ZERO).map(this::take).isPresent()) {
      // Taken.
    }
  }

  /** The events told so far are compared: they are kept no longer. */
  void forgetEvents() {
    events.values().forEach(List::clear);
  }

  /** Watchers with events nobody has asked for. */
  List<Long> untold() {
    return events.entrySet().stream()
        .filter(e -> !e.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void close() {
    session.close();
  }

  private void readOne(String what) {
    take(
        session
            .next(ANSWERS_WITHIN)
            .orElseThrow(
                () -> new MissingException(what + " did not come; told so far: " + told())));
  }

  private Map<Long, Long> told() {
    var last = new TreeMap<Long, Long>();
    events.forEach(
        (id, told) -> {
          if (!told.isEmpty()) {
            last.put(id, told.getLast().getKv().getModRevision());
          }
        });
    return last;
  }

  private WatchResponse take(WatchResponse response) {
    if (response.getCreated() || response.getCanceled()) {
      answers.add(response);
    } else if (response.getEventsCount() > 0) {
      check(response);
      events
          .computeIfAbsent(response.getWatchId(), id -> new ArrayList<>())
          .addAll(response.getEventsList());
    }
    return response;
  }

  private static void check(WatchResponse response) {
    long last = 0;
    for (Event event : response.getEventsList()) {
      if (event.getKv().getModRevision() < last) {
        throw new AssertionError("out of order: " + response);
      }
      last = event.getKv().getModRevision();
    }
    if (response.getHeader().getRevision() < last) {
      throw new AssertionError("a header behind its events: " + response);
    }
  }
}
