package dev.keelson.chaos.checkers;

import static dev.keelson.chaos.checkers.Edit.pickMessage;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.WatchMessage;
import dev.keelson.chaos.history.WatchStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/** Faults in what watchers were told. */
final class WatchMutations {
  private WatchMutations() {}

  static List<Mutation> all() {
    return List.of(
        watch("two responses swapped", WatchMutations::swapped),
        watch("a response twice", WatchMutations::twice),
        watch("an event twice in one response", WatchMutations::eventTwice),
        watch("an event dropped by one member", WatchMutations::dropped),
        watch("a revision dropped by one member", WatchMutations::revisionDropped),
        watch("the rest of a stream dropped", WatchMutations::restDropped),
        watch("a revision cut in two", WatchMutations::cut),
        watch("an event from before the start", WatchMutations::beforeStart),
        watch("the first event after a resume dropped", WatchMutations::resumeGap),
        watch("progress ahead of the events", WatchMutations::earlyProgress),
        watch("progress that goes back", WatchMutations::progressBack),
        watch("progress before the start", WatchMutations::progressBeforeStart),
        watch("the version before wrong", WatchMutations::wrongPrevious),
        watch("a cancel for a compaction that nobody asked for", WatchMutations::canceled),
        watch("an event after the end", WatchMutations::afterEnd),
        watch("an event of another key", WatchMutations::stranger),
        watch("a header older than its events", WatchMutations::oldHeader),
        new Mutation(
            "an event before its cause", WatchMutations::beforeCause, List.of(new FastChecker())),
        new Mutation("members tell different things", WatchMutations::disagreement, List.of()));
  }

  private static Mutation watch(String name, Mutation.Plant plant) {
    return new Mutation(name, plant, List.of(new WatchChecker()));
  }

  private static boolean hasEvents(WatchMessage message) {
    return !message.changes().isEmpty();
  }

  private static Optional<WatchStream> stream(
      History history, Random random, Predicate<WatchStream> which) {
    List<WatchStream> fit = history.watches().stream().filter(which).toList();
    return fit.isEmpty() ? Optional.empty() : Optional.of(fit.get(random.nextInt(fit.size())));
  }

  private static List<WatchMessage> events(WatchStream stream) {
    return stream.messages().stream().filter(WatchMutations::hasEvents).toList();
  }

  private static Optional<List<Item>> swapped(History history, Random random) {
    return stream(history, random, s -> events(s).size() > 1 && !s.spec().fragment())
        .map(
            stream -> {
              List<WatchMessage> messages = events(stream);
              WatchMessage one = messages.get(0);
              WatchMessage two = messages.get(1);
              return history.items().stream()
                  .map(item -> item.equals(one) ? two : item.equals(two) ? one : item)
                  .toList();
            });
  }

  private static Optional<List<Item>> twice(History history, Random random) {
    return pickMessage(history, random, WatchMutations::hasEvents)
        .map(
            message ->
                history.items().stream()
                    .flatMap(
                        item ->
                            (item.equals(message) ? List.of(item, item) : List.of(item)).stream())
                    .toList());
  }

  private static Optional<List<Item>> eventTwice(History history, Random random) {
    return pickMessage(history, random, WatchMutations::hasEvents)
        .map(
            message -> {
              var changes = new ArrayList<>(message.changes());
              changes.add(changes.getLast());
              return Edit.replace(history, message, message.withChanges(changes));
            });
  }

  private static Optional<List<Item>> dropped(History history, Random random) {
    return pickMessage(history, random, message -> message.changes().size() > 1)
        .map(
            message -> {
              var changes = new ArrayList<>(message.changes());
              changes.remove(random.nextInt(changes.size() - 1));
              return Edit.replace(history, message, message.withChanges(changes));
            });
  }

  private static Optional<List<Item>> revisionDropped(History history, Random random) {
    return stream(history, random, s -> events(s).size() > 1)
        .map(
            stream -> {
              List<WatchMessage> messages = events(stream);
              // The last may be one that a broken stream simply had not brought yet.
              return Edit.without(history, messages.get(random.nextInt(messages.size() - 1)));
            });
  }

  /** Without a word of progress, which alone would say so: it is only late, for ever. */
  private static Optional<List<Item>> restDropped(History history, Random random) {
    return stream(history, random, s -> !events(s).isEmpty() && s.closedNanos() == WatchStream.OPEN)
        .filter(stream -> events(stream).getLast().nanos() > Edit.lastNanos(history) / 2)
        .map(
            stream -> {
              WatchMessage last = events(stream).getLast();
              return history.items().stream()
                  .filter(item -> !item.equals(last))
                  .filter(
                      item ->
                          !(item instanceof WatchMessage message
                              && message.watch() == stream.id()
                              && message.kind() == WatchMessage.Kind.PROGRESS))
                  .toList();
            })
        .filter(
            items -> {
              // What the log has after the last fault began may have been read by nobody.
              long healed = history.moment(Item.Moment.HEALED).orElse(0);
              return history.operations().stream()
                      .anyMatch(op -> op.returnNanos() <= healed && op.isOk())
                  && items.size() < history.items().size()
                  && lastDroppedWasKnown(history, items, healed);
            });
  }

  private static boolean lastDroppedWasKnown(History history, List<Item> items, long healed) {
    long known =
        history.operations().stream()
            .filter(op -> op.request() instanceof dev.keelson.chaos.history.Request.Kv)
            .filter(op -> op.returnNanos() <= healed)
            .mapToLong(Edit::revision)
            .max()
            .orElse(0);
    return history.items().stream()
        .filter(item -> item instanceof WatchMessage m && hasEvents(m) && !items.contains(m))
        .map(WatchMessage.class::cast)
        .anyMatch(message -> message.changes().getFirst().revision() <= known);
  }

  private static Optional<List<Item>> cut(History history, Random random) {
    return pickMessage(
            history,
            random,
            message -> {
              List<Change> changes = message.changes();
              return changes.size() > 1
                  && changes.getLast().revision() == changes.get(changes.size() - 2).revision()
                  && !message.fragment();
            })
        .map(
            message -> {
              List<Change> changes = message.changes();
              Item first = message.withChanges(changes.subList(0, changes.size() - 1));
              Item second = message.withChanges(List.of(changes.getLast()));
              return history.items().stream()
                  .flatMap(
                      item ->
                          (item.equals(message) ? List.of(first, second) : List.of(item)).stream())
                  .toList();
            });
  }

  private static Optional<List<Item>> beforeStart(History history, Random random) {
    return stream(history, random, s -> s.spec().startRevision() > 2 && !events(s).isEmpty())
        .map(
            stream -> {
              WatchMessage first = events(stream).getFirst();
              Change change = first.changes().getFirst();
              KeyVersion v = change.version();
              long earlier = stream.spec().startRevision() - 1;
              var old =
                  new Change(
                      change.isPut(),
                      new KeyVersion(v.key(), v.value(), earlier, earlier, v.version(), v.lease()),
                      List.of());
              var changes = new ArrayList<>(first.changes());
              changes.addFirst(old);
              return Edit.replace(history, first, first.withChanges(changes));
            });
  }

  private static Optional<List<Item>> resumeGap(History history, Random random) {
    return stream(
            history,
            random,
            s ->
                s.opened().resumes() != 0
                    && !events(s).isEmpty()
                    && events(s).getFirst().changes().size() > 1)
        .map(
            stream -> {
              WatchMessage first = events(stream).getFirst();
              return Edit.replace(
                  history,
                  first,
                  first.withChanges(first.changes().subList(1, first.changes().size())));
            });
  }

  private static Optional<List<Item>> earlyProgress(History history, Random random) {
    return pickMessage(history, random, message -> hasEvents(message) && !message.fragment())
        .map(
            message -> {
              Item progress =
                  progress(
                      message,
                      Math.max(message.changes().getLast().revision(), start(history, message)));
              return history.items().stream()
                  .flatMap(
                      item ->
                          (item.equals(message) ? List.of(progress, item) : List.of(item)).stream())
                  .toList();
            });
  }

  private static long start(History history, WatchMessage message) {
    return history.watches().stream()
        .filter(stream -> stream.id() == message.watch())
        .mapToLong(stream -> stream.spec().startRevision())
        .max()
        .orElse(0);
  }

  private static WatchMessage progress(WatchMessage like, long revision) {
    return new WatchMessage(
        like.watch(), like.nanos(), revision, WatchMessage.Kind.PROGRESS, 0, false, List.of());
  }

  private static Optional<List<Item>> progressBack(History history, Random random) {
    return pickMessage(
            history,
            random,
            m -> m.kind() == WatchMessage.Kind.PROGRESS && m.revision() > start(history, m))
        .map(
            message -> {
              Item back = progress(message, message.revision() - 1);
              return history.items().stream()
                  .flatMap(
                      item -> (item.equals(message) ? List.of(item, back) : List.of(item)).stream())
                  .toList();
            });
  }

  private static Optional<List<Item>> progressBeforeStart(History history, Random random) {
    return stream(history, random, s -> s.spec().startRevision() > 2)
        .map(
            stream -> {
              WatchMessage created = stream.messages().getFirst();
              Item early = progress(created, stream.spec().startRevision() - 2);
              return history.items().stream()
                  .flatMap(
                      item ->
                          (item.equals(created) ? List.of(item, early) : List.of(item)).stream())
                  .toList();
            });
  }

  private static Optional<List<Item>> wrongPrevious(History history, Random random) {
    return pickMessage(
            history,
            random,
            m -> m.changes().stream().anyMatch(change -> !change.previous().isEmpty()))
        .map(
            message ->
                Edit.replace(
                    history,
                    message,
                    message.withChanges(
                        message.changes().stream()
                            .map(WatchMutations::withAnotherBefore)
                            .toList())));
  }

  private static Change withAnotherBefore(Change change) {
    return new Change(
        change.isPut(),
        change.version(),
        change.previous().stream()
            .map(version -> Edit.valued(version, KeyRange.utf8("another")))
            .toList());
  }

  private static WatchMessage cancel(WatchMessage like, long floor) {
    return new WatchMessage(
        like.watch(), like.nanos(), 0, WatchMessage.Kind.CANCELED, floor, false, List.of());
  }

  private static Optional<List<Item>> canceled(History history, Random random) {
    return stream(history, random, s -> !events(s).isEmpty() && !s.messages().getLast().fragment())
        .map(
            stream ->
                Edit.with(
                    history, cancel(stream.messages().getLast(), Edit.lastRevision(history) + 9)));
  }

  private static Optional<List<Item>> afterEnd(History history, Random random) {
    return pickMessage(history, random, m -> hasEvents(m) && m.changes().getFirst().revision() > 2)
        .map(
            message -> {
              // Rightly canceled, had a compaction been between; but then told more.
              Item end = cancel(message, 0);
              return history.items().stream()
                  .flatMap(
                      item -> (item.equals(message) ? List.of(end, item) : List.of(item)).stream())
                  .toList();
            });
  }

  private static Optional<List<Item>> stranger(History history, Random random) {
    return pickMessage(history, random, WatchMutations::hasEvents)
        .map(
            message -> {
              Change change = message.changes().getLast();
              KeyVersion v = change.version();
              var changes = new ArrayList<>(message.changes());
              changes.add(
                  new Change(
                      true,
                      new KeyVersion(
                          KeyRange.utf8("zz"), v.value(), v.modRevision(), v.modRevision(), 1, 0),
                      List.of()));
              return Edit.replace(history, message, message.withChanges(changes));
            });
  }

  private static Optional<List<Item>> oldHeader(History history, Random random) {
    return pickMessage(history, random, WatchMutations::hasEvents)
        .map(
            message ->
                Edit.replace(
                    history,
                    message,
                    message.withRevision(message.changes().getLast().revision() - 1)));
  }

  private static Optional<List<Item>> beforeCause(History history, Random random) {
    for (Operation writer : history.operations()) {
      if (Edit.made(writer) && writer.callNanos() > 0 && random.nextInt(3) == 0) {
        long revision = Edit.revision(writer);
        var teller =
            pickMessage(
                history, random, m -> hasEvents(m) && m.changes().getLast().revision() >= revision);
        if (teller.isPresent()) {
          return Optional.of(
              Edit.replace(history, teller.get(), teller.get().at(writer.callNanos() - 1)));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<List<Item>> disagreement(History history, Random random) {
    return stream(history, random, s -> s.spec().seesEverything() && !events(s).isEmpty())
        .flatMap(
            stream ->
                events(stream).stream()
                    .filter(m -> toldByOthers(history, stream, m.changes().getFirst().revision()))
                    .findFirst())
        .map(
            message -> {
              var changes = new ArrayList<>(message.changes());
              changes.set(0, Edit.valued(changes.getFirst(), KeyRange.utf8("another")));
              return Edit.replace(history, message, message.withChanges(changes));
            });
  }

  private static boolean toldByOthers(History history, WatchStream one, long revision) {
    return history.watches().stream()
        .filter(other -> other.id() != one.id() && other.spec().seesEverything())
        .flatMap(other -> events(other).stream())
        .flatMap(message -> message.changes().stream())
        .anyMatch(change -> change.revision() == revision);
  }
}
