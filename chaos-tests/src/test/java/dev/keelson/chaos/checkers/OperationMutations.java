package dev.keelson.chaos.checkers;

import static dev.keelson.chaos.checkers.Edit.answer;
import static dev.keelson.chaos.checkers.Edit.answered;
import static dev.keelson.chaos.checkers.Edit.pick;
import static dev.keelson.chaos.checkers.Edit.replace;
import static dev.keelson.chaos.checkers.Edit.revision;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;

/** Faults in what operations were told, for {@link FastChecker}. */
final class OperationMutations {
  private static final Bytes STRANGE = KeyRange.utf8("never written");

  private OperationMutations() {}

  static List<Mutation> all() {
    return List.of(
        fast("two acknowledged revisions swapped", OperationMutations::swapRevisions),
        fast("a return before the call of what it saw", OperationMutations::earlyReturn),
        fast("a read one revision stale", OperationMutations::staleRead),
        fast("an acknowledged write lost", OperationMutations::lostWrite),
        fast("another value stored", OperationMutations::otherValueStored),
        fast("a refused write applied", OperationMutations::refusedButApplied),
        fast("a write nobody asked for", OperationMutations::unasked),
        fast("two writes with one revision", OperationMutations::sharedRevision),
        fast("an indefinite write applied twice", OperationMutations::appliedTwice),
        fast("a version counted wrong", OperationMutations::wrongVersion),
        fast("a created revision wrong", OperationMutations::wrongCreate),
        fast("a value read wrong", inRange(OperationMutations::otherValue)),
        fast("a lease read wrong", inRange(OperationMutations::otherLease)),
        fast("a mod_revision read wrong", inRange(OperationMutations::otherMod)),
        fast("a create_revision read wrong", inRange(OperationMutations::otherCreate)),
        fast("a key left out of a range", inRange((read, i) -> listed(read, dropped(read, i)))),
        fast("a key read twice", inRange((read, i) -> listed(read, doubled(read, i)))),
        fast("a count wrong", OperationMutations::wrongCount),
        fast("more where there is no more", OperationMutations::wrongMore),
        fast("keys out of order", OperationMutations::outOfOrder),
        fast("the version before left out", OperationMutations::noPrevious),
        fast("the version before made up", OperationMutations::madeUpPrevious),
        fast("a transaction on the wrong branch", OperationMutations::wrongBranch),
        fast("an answer inside a transaction changed", OperationMutations::innerAnswer),
        fast("a number of deleted keys wrong", OperationMutations::wrongDeleted),
        fast("a member's state that never was", OperationMutations::torn),
        fast("a process sees a member go back", OperationMutations::sessionBack),
        fast("a term goes back", OperationMutations::termBack),
        fast("a floor goes back", OperationMutations::floorBack),
        fast("a read below the floor", OperationMutations::belowFloor),
        fast("a floor that nobody set", OperationMutations::earlyFloor),
        new Mutation(
            "one member's hash differs",
            OperationMutations::otherHash,
            List.of(new StateChecker(HistoryGenerator.MEMBERS))));
  }

  private static Mutation fast(String name, Mutation.Plant plant) {
    return new Mutation(name, plant, List.of(new FastChecker()));
  }

  private static Optional<List<Item>> swapRevisions(History history, Random random) {
    var one = pick(history, random, op -> op.request() instanceof Request.Put && op.isOk());
    var two =
        pick(
            history,
            random,
            op ->
                op.request() instanceof Request.Put
                    && op.isOk()
                    && one.filter(op::equals).isEmpty());
    if (one.isEmpty() || two.isEmpty()) {
      return Optional.empty();
    }
    var first = new Response.Put(revision(two.get()), List.of());
    var second = new Response.Put(revision(one.get()), List.of());
    History half = History.of(replace(history, one.get(), answered(one.get(), first)));
    return Optional.of(replace(half, two.get(), answered(two.get(), second)));
  }

  private static Optional<List<Item>> earlyReturn(History history, Random random) {
    for (Operation writer : shuffled(history, random)) {
      if (Edit.made(writer)) {
        var seer =
            pick(
                history,
                random,
                op ->
                    !op.equals(writer)
                        && op.isOk()
                        && op.request() instanceof Request.Kv
                        && op.callNanos() < writer.callNanos()
                        && revision(op) >= revision(writer));
        if (seer.isPresent()) {
          Operation early = seer.get();
          return Optional.of(
              replace(history, early, early.withTimes(early.callNanos(), writer.callNanos() - 1)));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<List<Item>> staleRead(History history, Random random) {
    for (Operation read : shuffled(history, random)) {
      var range = answer(read, Response.Range.class);
      if (range.isPresent() && RealTime.isLinearizable(read)) {
        boolean witnessed =
            history.operations().stream()
                .anyMatch(
                    op ->
                        op.isOk()
                            && op.returnNanos() < read.callNanos()
                            && revision(op) == revision(read));
        if (witnessed) {
          var old = range.get();
          var stale =
              new Response.Range(old.revision() - 1, old.versions(), old.count(), old.more());
          return Optional.of(replace(history, read, answered(read, stale)));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<List<Item>> lostWrite(History history, Random random) {
    return pick(history, random, Edit::made)
        .map(op -> Edit.everywhere(history, revision(op), _ -> List.of()));
  }

  private static Optional<List<Item>> otherValueStored(History history, Random random) {
    return pick(history, random, OperationMutations::isPut)
        .map(
            op ->
                Edit.everywhere(
                    history,
                    revision(op),
                    changes ->
                        changes.stream().map(change -> Edit.valued(change, STRANGE)).toList()));
  }

  private static boolean isPut(Operation operation) {
    return operation.isOk() && operation.request() instanceof Request.Put;
  }

  private static Optional<List<Item>> refusedButApplied(History history, Random random) {
    return pick(history, random, OperationMutations::isPut)
        .map(op -> replace(history, op, op.withOutcome(new Outcome.Definite("refused"))));
  }

  private static Optional<List<Item>> unasked(History history, Random random) {
    return pick(history, random, OperationMutations::isPut).map(op -> Edit.without(history, op));
  }

  private static Optional<List<Item>> sharedRevision(History history, Random random) {
    var one = pick(history, random, OperationMutations::isPut);
    var two = pick(history, random, op -> isPut(op) && one.filter(op::equals).isEmpty());
    return two.map(
        other ->
            replace(
                history,
                other,
                answered(other, new Response.Put(one.map(Edit::revision).orElse(0L), List.of()))));
  }

  /** Somebody else's write of the same key becomes a second effect of one that was told nothing. */
  private static Optional<List<Item>> appliedTwice(History history, Random random) {
    for (Operation one : shuffled(history, random)) {
      if (one.request() instanceof Request.Put put && isPut(one) && put.lease() == 0) {
        var two =
            pick(
                history,
                random,
                op ->
                    !op.equals(one)
                        && isPut(op)
                        && op.request() instanceof Request.Put other
                        && other.lease() == 0
                        && other.key().equals(put.key()));
        if (two.isPresent()) {
          long revision = revision(two.get());
          History silent =
              History.of(
                  replace(history, one, one.withOutcome(new Outcome.Indefinite("unavailable"))));
          History less = History.of(Edit.without(silent, two.get()));
          return Optional.of(
              Edit.everywhere(
                  less,
                  revision,
                  changes ->
                      changes.stream().map(change -> Edit.valued(change, put.value())).toList()));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<List<Item>> wrongVersion(History history, Random random) {
    return metadata(history, random, v -> version(v, v.createRevision(), v.version() + 1));
  }

  private static Optional<List<Item>> wrongCreate(History history, Random random) {
    return metadata(history, random, v -> version(v, v.createRevision() - 1, v.version()));
  }

  private static Optional<List<Item>> metadata(
      History history, Random random, java.util.function.UnaryOperator<KeyVersion> edit) {
    return pick(history, random, OperationMutations::isPut)
        .map(
            op ->
                Edit.everywhere(
                    history,
                    revision(op),
                    changes ->
                        changes.stream()
                            .map(c -> new Change(true, edit.apply(c.version()), c.previous()))
                            .toList()));
  }

  private static KeyVersion version(KeyVersion v, long create, long version) {
    return new KeyVersion(v.key(), v.value(), create, v.modRevision(), version, v.lease());
  }

  private static Mutation.Plant inRange(BiFunction<Response.Range, Integer, Response.Range> edit) {
    return (history, random) ->
        pick(
                history,
                random,
                op ->
                    op.request() instanceof Request.Range range
                        && !range.options().keysOnly()
                        && answer(op, Response.Range.class)
                            .filter(read -> !read.versions().isEmpty())
                            .isPresent())
            .flatMap(
                op ->
                    answer(op, Response.Range.class)
                        .map(
                            read ->
                                replace(
                                    history,
                                    op,
                                    answered(
                                        op,
                                        edit.apply(
                                            read, random.nextInt(read.versions().size()))))));
  }

  private static Response.Range listed(Response.Range read, List<KeyVersion> versions) {
    return new Response.Range(read.revision(), versions, read.count(), read.more());
  }

  private static List<KeyVersion> dropped(Response.Range read, int at) {
    var versions = new ArrayList<>(read.versions());
    versions.remove(at);
    return versions;
  }

  private static List<KeyVersion> doubled(Response.Range read, int at) {
    var versions = new ArrayList<>(read.versions());
    versions.add(read.versions().get(at));
    return versions;
  }

  private static Response.Range changed(
      Response.Range read, int at, java.util.function.UnaryOperator<KeyVersion> edit) {
    var versions = new ArrayList<>(read.versions());
    versions.set(at, edit.apply(versions.get(at)));
    return listed(read, versions);
  }

  private static Response.Range otherValue(Response.Range read, int at) {
    return changed(read, at, v -> Edit.valued(v, STRANGE));
  }

  private static Response.Range otherCreate(Response.Range read, int at) {
    return changed(read, at, v -> version(v, v.createRevision() - 1, v.version()));
  }

  private static Response.Range otherLease(Response.Range read, int at) {
    return changed(
        read,
        at,
        v ->
            new KeyVersion(
                v.key(), v.value(), v.createRevision(), v.modRevision(), v.version(), 7));
  }

  private static Response.Range otherMod(Response.Range read, int at) {
    return changed(
        read,
        at,
        v ->
            new KeyVersion(
                v.key(),
                v.value(),
                v.createRevision(),
                v.modRevision() + 1,
                v.version(),
                v.lease()));
  }

  private static Optional<List<Item>> wrongCount(History history, Random random) {
    return ranges(
        history,
        random,
        read ->
            new Response.Range(read.revision(), read.versions(), read.count() + 1, read.more()));
  }

  private static Optional<List<Item>> wrongMore(History history, Random random) {
    return ranges(
        history,
        random,
        read -> new Response.Range(read.revision(), read.versions(), read.count(), !read.more()));
  }

  private static Optional<List<Item>> ranges(
      History history, Random random, java.util.function.UnaryOperator<Response.Range> edit) {
    return pick(history, random, op -> answer(op, Response.Range.class).isPresent())
        .flatMap(
            op ->
                answer(op, Response.Range.class)
                    .map(read -> replace(history, op, answered(op, edit.apply(read)))));
  }

  private static Optional<List<Item>> outOfOrder(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                op.request() instanceof Request.Range range
                    && range.options().sort() == ReadOptions.Sort.KEY
                    && answer(op, Response.Range.class)
                        .filter(read -> read.versions().size() > 1)
                        .isPresent())
        .flatMap(
            op ->
                answer(op, Response.Range.class)
                    .map(
                        read ->
                            replace(
                                history,
                                op,
                                answered(op, listed(read, read.versions().reversed())))));
  }

  private static Optional<List<Item>> noPrevious(History history, Random random) {
    return pick(
            history,
            random,
            op -> answer(op, Response.Put.class).filter(p -> !p.previous().isEmpty()).isPresent())
        .map(op -> replace(history, op, answered(op, new Response.Put(revision(op), List.of()))));
  }

  private static Optional<List<Item>> madeUpPrevious(History history, Random random) {
    var strange = new KeyVersion(STRANGE, STRANGE, 1, 1, 1, 0);
    return pick(history, random, OperationMutations::isPut)
        .map(
            op ->
                replace(
                    history, op, answered(op, new Response.Put(revision(op), List.of(strange)))));
  }

  private static Optional<List<Item>> wrongBranch(History history, Random random) {
    return pick(history, random, op -> answer(op, Response.Txn.class).isPresent())
        .flatMap(
            op ->
                answer(op, Response.Txn.class)
                    .map(
                        txn ->
                            replace(
                                history,
                                op,
                                answered(
                                    op,
                                    new Response.Txn(
                                        txn.revision(), !txn.succeeded(), txn.responses())))));
  }

  private static Optional<List<Item>> innerAnswer(History history, Random random) {
    return pick(
            history,
            random,
            op -> answer(op, Response.Txn.class).filter(t -> !t.responses().isEmpty()).isPresent())
        .flatMap(
            op ->
                answer(op, Response.Txn.class)
                    .map(
                        txn -> {
                          var inner = new ArrayList<>(txn.responses());
                          inner.set(0, shifted(inner.getFirst()));
                          return replace(
                              history,
                              op,
                              answered(
                                  op, new Response.Txn(txn.revision(), txn.succeeded(), inner)));
                        }));
  }

  private static Response.Kv shifted(Response.Kv response) {
    return switch (response) {
      case Response.Put put -> new Response.Put(put.revision() + 1, put.previous());
      case Response.Range r ->
          new Response.Range(r.revision(), r.versions(), r.count() + 1, r.more());
      case Response.Delete delete ->
          new Response.Delete(delete.revision(), delete.deleted() + 1, delete.previous());
      case Response.Txn txn -> new Response.Txn(txn.revision(), !txn.succeeded(), txn.responses());
    };
  }

  private static Optional<List<Item>> wrongDeleted(History history, Random random) {
    return pick(history, random, op -> answer(op, Response.Delete.class).isPresent())
        .flatMap(
            op ->
                answer(op, Response.Delete.class)
                    .map(
                        deleted ->
                            replace(
                                history,
                                op,
                                answered(
                                    op,
                                    new Response.Delete(
                                        deleted.revision(),
                                        deleted.deleted() + 1,
                                        deleted.previous())))));
  }

  /** In an answer of one member's own state, one key is as it was one change before. */
  private static Optional<List<Item>> torn(History history, Random random) {
    var puts = history.operations().stream().filter(OperationMutations::isPut).toList();
    for (Operation op : shuffled(history, random)) {
      if (op.request() instanceof Request.Range range && range.options().serializable()) {
        var read = answer(op, Response.Range.class);
        for (int i = 0; read.isPresent() && i < read.get().versions().size(); i++) {
          KeyVersion version = read.get().versions().get(i);
          for (Operation put : puts) {
            if (put.request() instanceof Request.Put old
                && old.key().equals(version.key())
                && revision(put) < version.modRevision()) {
              return Optional.of(
                  replace(
                      history,
                      op,
                      answered(op, changed(read.get(), i, v -> Edit.valued(v, old.value())))));
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<List<Item>> sessionBack(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                op.request() instanceof Request.Range range
                    && range.options().equals(ReadOptions.DEFAULT)
                    && answer(op, Response.Range.class)
                        .filter(read -> read.versions().isEmpty())
                        .isPresent()
                    && revision(op) > 2)
        .map(
            op -> {
              // As an answer of its own state it may be old, but not older than what it said.
              var keys = ((Request.Range) op.request()).keys();
              var request = new Request.Range(keys, ReadOptions.DEFAULT.fromOneMember());
              var before =
                  new Operation(
                      70_001,
                      70_000,
                      op.member(),
                      request,
                      op.callNanos(),
                      op.returnNanos(),
                      op.outcome());
              var after =
                  new Operation(
                      70_002,
                      70_000,
                      op.member(),
                      new Request.Range(
                          KeyRange.single("none"), ReadOptions.DEFAULT.fromOneMember()),
                      op.returnNanos() + 1,
                      op.returnNanos() + 2,
                      Edit.ok(
                          op.member(), new Response.Range(revision(op) - 1, List.of(), 0, false)));
              return Edit.with(History.of(Edit.with(history, before)), after);
            });
  }

  private static Optional<List<Item>> termBack(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                op.isOk()
                    && history.operations().stream()
                        .anyMatch(
                            other ->
                                other.isOk()
                                    && other.member() == op.member()
                                    && other.returnNanos() < op.callNanos()))
        .map(
            op ->
                replace(
                    history,
                    op,
                    op.withOutcome(
                        new Outcome.Ok(100 + op.member(), 1, op.response().orElseThrow()))));
  }

  private static Optional<List<Item>> floorBack(History history, Random random) {
    long at = Edit.lastNanos(history) + 1;
    long revision = Edit.lastRevision(history);
    var request = new Request.HashKv(0);
    History higher =
        History.of(
            Edit.with(
                history,
                Edit.operation(
                    history,
                    0,
                    request,
                    at,
                    Edit.ok(0, new Response.HashKv(revision, revision, 1, 9)))));
    return Optional.of(
        Edit.with(
            higher,
            Edit.operation(
                higher,
                0,
                request,
                at + 5,
                Edit.ok(0, new Response.HashKv(revision, revision, 1, 8)))));
  }

  private static Optional<List<Item>> belowFloor(History history, Random random) {
    long revision = Edit.lastRevision(history);
    return pick(history, random, op -> op.request() instanceof Request.Compact && op.isOk())
        .map(
            _ ->
                Edit.with(
                    history,
                    Edit.operation(
                        history,
                        0,
                        new Request.Range(
                            KeyRange.single("none"), ReadOptions.DEFAULT.atRevision(1)),
                        Edit.lastNanos(history) + 1,
                        Edit.ok(0, new Response.Range(revision, List.of(), 0, false)))));
  }

  private static Optional<List<Item>> earlyFloor(History history, Random random) {
    return Optional.of(
        Edit.with(
            history,
            Edit.operation(
                history,
                0,
                new Request.Range(
                    KeyRange.single("none"),
                    ReadOptions.DEFAULT.atRevision(Edit.lastRevision(history))),
                Edit.lastNanos(history) + 1,
                new Outcome.Definite("etcdserver: mvcc: required revision has been compacted"))));
  }

  private static Optional<List<Item>> otherHash(History history, Random random) {
    return pick(history, random, op -> answer(op, Response.HashKv.class).isPresent())
        .flatMap(
            op ->
                answer(op, Response.HashKv.class)
                    .map(
                        h ->
                            replace(
                                history,
                                op,
                                answered(
                                    op,
                                    new Response.HashKv(
                                        h.revision(),
                                        h.hashRevision(),
                                        h.hash() + 1,
                                        h.compactRevision())))));
  }

  private static List<Operation> shuffled(History history, Random random) {
    var operations = new ArrayList<>(history.operations());
    Collections.shuffle(operations, random);
    return operations;
  }
}
