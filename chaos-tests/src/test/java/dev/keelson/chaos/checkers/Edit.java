package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.chaos.history.WatchMessage;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Ways to change one thing of a history and nothing else. */
final class Edit {
  private Edit() {}

  static List<Item> replace(History history, Item old, Item next) {
    return history.items().stream().map(item -> item.equals(old) ? next : item).toList();
  }

  static List<Item> without(History history, Item old) {
    return history.items().stream().filter(item -> !item.equals(old)).toList();
  }

  static List<Item> with(History history, Item more) {
    var items = new ArrayList<>(history.items());
    items.add(more);
    return items;
  }

  static Optional<Operation> pick(History history, Random random, Predicate<Operation> which) {
    List<Operation> fit = history.operations().stream().filter(which).toList();
    return fit.isEmpty() ? Optional.empty() : Optional.of(fit.get(random.nextInt(fit.size())));
  }

  static Optional<WatchMessage> pickMessage(
      History history, Random random, Predicate<WatchMessage> which) {
    List<WatchMessage> fit =
        history.items().stream()
            .filter(WatchMessage.class::isInstance)
            .map(WatchMessage.class::cast)
            .filter(which)
            .toList();
    return fit.isEmpty() ? Optional.empty() : Optional.of(fit.get(random.nextInt(fit.size())));
  }

  /** The same operation with another answer. */
  static Operation answered(Operation operation, Response response) {
    return operation.outcome() instanceof Outcome.Ok(long member, long term, _)
        ? operation.withOutcome(new Outcome.Ok(member, term, response))
        : operation;
  }

  static <T extends Response> Optional<T> answer(Operation operation, Class<T> kind) {
    return operation.response().filter(kind::isInstance).map(kind::cast);
  }

  static long revision(Operation operation) {
    return operation.response().map(Response::revision).orElse(0L);
  }

  static boolean made(Operation operation) {
    return Writes.revisionMade(operation).isPresent();
  }

  /** Changes the events of a revision in all streams; none left: the revision is forgotten. */
  static List<Item> everywhere(History history, long revision, UnaryOperator<List<Change>> edit) {
    var items = new ArrayList<Item>();
    for (Item item : history.items()) {
      if (item instanceof WatchMessage message && !message.changes().isEmpty()) {
        var changes = new ArrayList<Change>();
        var ofIt = new ArrayList<Change>();
        int at = 0;
        for (Change change : message.changes()) {
          if (change.revision() == revision) {
            ofIt.add(change);
          } else {
            changes.add(change);
          }
          if (change.revision() < revision) {
            at = changes.size();
          }
        }
        if (ofIt.isEmpty()) {
          items.add(message);
          continue;
        }
        changes.addAll(at, edit.apply(ofIt));
        if (!changes.isEmpty()) {
          items.add(message.withChanges(changes));
        }
      } else {
        items.add(item);
      }
    }
    return items;
  }

  static KeyVersion valued(KeyVersion version, Bytes value) {
    return new KeyVersion(
        version.key(),
        value,
        version.createRevision(),
        version.modRevision(),
        version.version(),
        version.lease());
  }

  static Change valued(Change change, Bytes value) {
    return new Change(change.isPut(), valued(change.version(), value), change.previous());
  }

  static Operation operation(
      History history, int member, Request request, long call, Outcome outcome) {
    long id = history.operations().size() + 10_000L;
    return new Operation(id, 99_999, member, request, call, call + 1, outcome);
  }

  static Outcome ok(int member, Response response) {
    return new Outcome.Ok(100 + member, 2, response);
  }

  static long lastRevision(History history) {
    return history.operations().stream()
        .filter(operation -> operation.request() instanceof Request.Kv)
        .mapToLong(Edit::revision)
        .max()
        .orElse(1);
  }

  static long lastNanos(History history) {
    return history.operations().stream().mapToLong(Operation::returnNanos).max().orElse(0);
  }
}
