package dev.keelson.chaos.checkers;

import static dev.keelson.chaos.checkers.Edit.answer;
import static dev.keelson.chaos.checkers.Edit.answered;
import static dev.keelson.chaos.checkers.Edit.pick;
import static dev.keelson.chaos.checkers.Edit.replace;

import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.chaos.history.WatchMessage;
import dev.keelson.raft.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/** Faults in what leases, locks, sets, lists, accounts and registers promise. */
final class WorkloadMutations {
  private static final Checker SET = new SetChecker(ModelClients.SETS);
  private static final Checker APPEND = new AppendChecker(ModelClients.LISTS);
  private static final Checker REGISTER = new LinearizabilityChecker(ModelClients.REGISTERS);

  private WorkloadMutations() {}

  static List<Mutation> all() {
    return List.of(
        by(new LeaseChecker(), "a lease gone too soon", WorkloadMutations::goneTooSoon),
        by(new LeaseChecker(), "a lease that comes back", WorkloadMutations::leaseBack),
        by(new LeaseChecker(), "a lease that never ends", WorkloadMutations::endless),
        by(new LeaseChecker(), "a key that outlives its lease", WorkloadMutations::keyLeft),
        by(new LeaseChecker(), "more time than was granted", WorkloadMutations::tooLong),
        by(new LockChecker(), "a lock granted without its key", WorkloadMutations::keyless),
        by(new LockChecker(), "a lock granted out of turn", WorkloadMutations::outOfTurn),
        by(new LockChecker(), "a token that is less", WorkloadMutations::tokenBack),
        by(new LockChecker(), "a guarded write lost", WorkloadMutations::guardedLost),
        by(new LockChecker(), "a write under another's lock", WorkloadMutations::wrongGuard),
        by(SET, "an element lost", WorkloadMutations::elementLost),
        by(SET, "an element twice", words(ModelClients.SETS, words -> with(words, words.get(0)))),
        by(SET, "a strange element", words(ModelClients.SETS, words -> with(words, "strange"))),
        by(SET, "a refused element", refused(ModelClients.SETS)),
        by(APPEND, "a strange word", words(ModelClients.LISTS, words -> with(words, "strange"))),
        by(APPEND, "a refused word", refused(ModelClients.LISTS)),
        by(APPEND, "words in another order", WorkloadMutations::reordered),
        by(
            APPEND,
            "a list without its last word",
            words(ModelClients.LISTS, words -> without(words, words.size() - 1))),
        by(
            new BankChecker(ModelClients.ACCOUNTS, ModelClients.BANK_TOTAL),
            "money made of nothing",
            WorkloadMutations::money),
        by(REGISTER, "a register read that was written over", WorkloadMutations::staleRegister),
        by(REGISTER, "a register read that nobody wrote", WorkloadMutations::strangeRegister),
        by(REGISTER, "a swap that found what was not there", WorkloadMutations::wrongSwap));
  }

  private static Mutation by(Checker checker, String name, Mutation.Plant plant) {
    return new Mutation(name, plant, List.of(checker));
  }

  private static boolean isRevoked(History history, long lease) {
    return history.operations().stream()
        .anyMatch(op -> op.request() instanceof Request.LeaseRevoke(long id) && id == lease);
  }

  private static Optional<List<Item>> goneTooSoon(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                answer(op, Response.LeaseGrant.class)
                    .filter(granted -> !isRevoked(history, granted.lease()))
                    .isPresent())
        .flatMap(
            op ->
                answer(op, Response.LeaseGrant.class)
                    .map(
                        granted ->
                            Edit.with(
                                history,
                                Edit.operation(
                                    history,
                                    0,
                                    new Request.LeaseKeepAlive(granted.lease()),
                                    op.returnNanos() + 1,
                                    Edit.ok(0, new Response.LeaseKeepAlive(2, 0))))));
  }

  private static Optional<List<Item>> leaseBack(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                answer(op, Response.LeaseTimeToLive.class)
                    .filter(left -> left.grantedSeconds() == 0)
                    .isPresent())
        .map(
            op -> {
              long lease = ((Request.LeaseTimeToLive) op.request()).lease();
              return Edit.with(
                  history,
                  Edit.operation(
                      history,
                      0,
                      new Request.LeaseKeepAlive(lease),
                      op.returnNanos() + 1,
                      Edit.ok(0, new Response.LeaseKeepAlive(2, ttl(history, lease)))));
            });
  }

  private static long ttl(History history, long lease) {
    return history.operations().stream()
        .flatMap(op -> answer(op, Response.LeaseGrant.class).stream())
        .filter(granted -> granted.lease() == lease)
        .mapToLong(Response.LeaseGrant::ttlSeconds)
        .max()
        .orElse(0);
  }

  private static Optional<List<Item>> endless(History history, Random random) {
    return pick(history, random, op -> answer(op, Response.LeaseGrant.class).isPresent())
        .flatMap(op -> answer(op, Response.LeaseGrant.class))
        .map(
            granted ->
                Edit.with(
                    history,
                    Edit.operation(
                        history,
                        0,
                        new Request.LeaseTimeToLive(granted.lease()),
                        Edit.lastNanos(history) + Duration.ofMinutes(10).toNanos(),
                        Edit.ok(
                            0,
                            new Response.LeaseTimeToLive(2, 1, granted.ttlSeconds(), List.of())))));
  }

  /** Of an end of a lease that deletes several keys one delete is left out, for everybody. */
  private static Optional<List<Item>> keyLeft(History history, Random random) {
    List<Long> ends = new ArrayList<>();
    for (Item item : history.items()) {
      if (item instanceof WatchMessage message) {
        for (int i = 1; i < message.changes().size(); i++) {
          Change one = message.changes().get(i - 1);
          Change two = message.changes().get(i);
          boolean leased = KeyRange.prefix("l/").contains(one.version().key()) && !one.isPut();
          if (leased && one.revision() == two.revision()) {
            ends.add(one.revision());
          }
        }
      }
    }
    return ends.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Edit.everywhere(
                history,
                ends.get(random.nextInt(ends.size())),
                changes -> changes.size() > 1 ? changes.subList(1, changes.size()) : changes));
  }

  private static Optional<List<Item>> tooLong(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                answer(op, Response.LeaseKeepAlive.class)
                    .filter(k -> k.ttlSeconds() > 0)
                    .isPresent())
        .map(
            op ->
                replace(
                    history,
                    op,
                    answered(op, new Response.LeaseKeepAlive(Edit.revision(op), 1000))));
  }

  private static Optional<Operation> lock(History history, Random random) {
    return pick(history, random, op -> answer(op, Response.Lock.class).isPresent());
  }

  private static Optional<List<Item>> keyless(History history, Random random) {
    return lock(history, random)
        .map(
            op ->
                replace(
                    history,
                    op,
                    answered(op, new Response.Lock(Edit.revision(op), KeyRange.utf8("k/q/none")))));
  }

  /** Told at a revision when its key was there, but another's was there before. */
  private static Optional<List<Item>> outOfTurn(History history, Random random) {
    for (Operation op : history.operations()) {
      var granted = answer(op, Response.Lock.class);
      if (granted.isPresent()) {
        long created = created(history, granted.get().key());
        boolean waited =
            history.operations().stream()
                .anyMatch(
                    other ->
                        other.request() instanceof Request.Unlock
                            && other.isOk()
                            && Edit.revision(other) > created
                            && Edit.revision(other) <= Edit.revision(op));
        if (created > 0 && waited && random.nextInt(3) == 0) {
          return Optional.of(
              replace(history, op, answered(op, new Response.Lock(created, granted.get().key()))));
        }
      }
    }
    return Optional.empty();
  }

  private static long created(History history, Bytes key) {
    return history.items().stream()
        .filter(WatchMessage.class::isInstance)
        .map(WatchMessage.class::cast)
        .flatMap(message -> message.changes().stream())
        .filter(change -> change.isPut() && change.version().key().equals(key))
        .mapToLong(Change::revision)
        .findFirst()
        .orElse(0);
  }

  /** Two that had the lock one after the other are told each other's keys. */
  private static Optional<List<Item>> tokenBack(History history, Random random) {
    var locks =
        history.operations().stream()
            .filter(op -> answer(op, Response.Lock.class).isPresent())
            .toList();
    for (Operation one : locks) {
      for (Operation two : locks) {
        if (one.returnNanos() < two.callNanos()) {
          var first = answer(one, Response.Lock.class).orElseThrow();
          var second = answer(two, Response.Lock.class).orElseThrow();
          History half =
              History.of(
                  replace(
                      history,
                      one,
                      answered(one, new Response.Lock(first.revision(), second.key()))));
          return Optional.of(
              replace(half, two, answered(two, new Response.Lock(second.revision(), first.key()))));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isGuarded(Operation op) {
    return op.request() instanceof Request.Txn txn
        && op.isOk()
        && txn.compares().stream()
            .anyMatch(c -> c.target() == Compare.Target.CREATE && c.number() > 0)
        && KeyRange.prefix("k/").contains(txn.compares().getFirst().range().from());
  }

  private static Optional<List<Item>> guardedLost(History history, Random random) {
    return pick(history, random, WorkloadMutations::isGuarded)
        .map(op -> Edit.everywhere(history, Edit.revision(op), _ -> List.of()));
  }

  private static Optional<List<Item>> wrongGuard(History history, Random random) {
    return pick(history, random, WorkloadMutations::isGuarded)
        .map(
            op -> {
              Request.Txn txn = (Request.Txn) op.request();
              var other =
                  new Request.Txn(
                      List.of(Compare.createRevision(KeyRange.utf8("k/q/none"), 1)),
                      txn.success(),
                      txn.failure());
              return replace(
                  history,
                  op,
                  new Operation(
                      op.id(),
                      op.process(),
                      op.member(),
                      other,
                      op.callNanos(),
                      op.returnNanos(),
                      op.outcome()));
            });
  }

  private static List<String> with(List<String> words, String more) {
    var longer = new ArrayList<>(words);
    longer.add(more);
    return longer;
  }

  private static List<String> without(List<String> words, int at) {
    var shorter = new ArrayList<>(words);
    shorter.remove(at);
    return shorter;
  }

  /** Changes the words of one list in the last read of all lists. */
  private static Mutation.Plant words(KeyRange keys, Function<List<String>, List<String>> edit) {
    return (history, random) -> {
      Optional<Operation> last =
          history.operations().stream()
              .filter(
                  op -> op.request() instanceof Request.Range range && range.keys().equals(keys))
              .filter(Operation::isOk)
              .reduce((a, b) -> b);
      var read = last.flatMap(op -> answer(op, Response.Range.class));
      if (read.isEmpty() || read.get().versions().isEmpty()) {
        return Optional.empty();
      }
      int at = random.nextInt(read.get().versions().size());
      return Optional.of(replace(history, last.get(), edited(last.get(), read.get(), at, edit)));
    };
  }

  private static Operation edited(
      Operation op, Response.Range read, int at, Function<List<String>, List<String>> edit) {
    var versions = new ArrayList<>(read.versions());
    KeyVersion version = versions.get(at);
    String value = String.join(" ", edit.apply(Values.words(version.value())));
    versions.set(at, Edit.valued(version, KeyRange.utf8(value)));
    return answered(op, new Response.Range(read.revision(), versions, read.count(), read.more()));
  }

  /** Of those that were acknowledged: of another one nobody was told that it is there. */
  private static Optional<List<Item>> elementLost(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                answer(op, Response.Txn.class).filter(Response.Txn::succeeded).isPresent()
                    && ListAppend.of(op, ModelClients.SETS).isPresent())
        .flatMap(op -> ListAppend.of(op, ModelClients.SETS))
        .map(
            add ->
                History.of(history.items()).operations().stream()
                    .filter(
                        op ->
                            op.request() instanceof Request.Range range
                                && range.keys().equals(ModelClients.SETS)
                                && op.isOk())
                    .reduce(
                        history,
                        (changed, op) -> History.of(withoutAll(changed, op, add)),
                        (a, _) -> a)
                    .items());
  }

  private static List<Item> withoutAll(History history, Operation read, ListAppend add) {
    var range = answer(read, Response.Range.class).orElseThrow();
    var versions =
        range.versions().stream()
            .map(
                version -> {
                  var words = new ArrayList<>(Values.words(version.value()));
                  words.removeAll(add.appends().values());
                  return Edit.valued(version, KeyRange.utf8(String.join(" ", words)));
                })
            .toList();
    return replace(
        history,
        read,
        answered(
            read, new Response.Range(range.revision(), versions, range.count(), range.more())));
  }

  private static Optional<List<Item>> reordered(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                op.request() instanceof Request.Range range
                    && range.keys().equals(ModelClients.LISTS)
                    && answer(op, Response.Range.class)
                        .filter(r -> r.versions().stream().anyMatch(WorkloadMutations::isLong))
                        .isPresent())
        .map(
            op -> {
              var read = answer(op, Response.Range.class).orElseThrow();
              int at = isLong(read.versions().getFirst()) ? 0 : 1;
              return replace(history, op, edited(op, read, at, List::reversed));
            });
  }

  private static boolean isLong(KeyVersion version) {
    return Values.words(version.value()).size() > 1;
  }

  private static Mutation.Plant refused(KeyRange keys) {
    return (history, random) ->
        pick(
                history,
                random,
                op ->
                    op.request() instanceof Request.Txn
                        && answer(op, Response.Txn.class)
                            .filter(Response.Txn::succeeded)
                            .isPresent()
                        && ListAppend.of(op, keys)
                            .filter(one -> !one.appends().isEmpty())
                            .isPresent())
            .map(op -> replace(history, op, op.withOutcome(new Outcome.Definite("refused"))));
  }

  private static Optional<List<Item>> money(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                op.request() instanceof Request.Range range
                    && range.keys().equals(ModelClients.ACCOUNTS)
                    && answer(op, Response.Range.class)
                        .filter(read -> !read.versions().isEmpty())
                        .isPresent())
        .map(
            op -> {
              var read = answer(op, Response.Range.class).orElseThrow();
              var versions = new ArrayList<>(read.versions());
              KeyVersion one = versions.getFirst();
              versions.set(
                  0, Edit.valued(one, Values.number(Values.number(one.value()) + 1, "made")));
              return replace(
                  history,
                  op,
                  answered(
                      op,
                      new Response.Range(read.revision(), versions, read.count(), read.more())));
            });
  }

  private static boolean isRegisterRead(Operation op) {
    return op.request() instanceof Request.Range range
        && range.keys().isSingle()
        && ModelClients.REGISTERS.contains(range.keys().from())
        && op.isOk();
  }

  private static Operation reading(Operation op, Bytes value) {
    Bytes key = ((Request.Range) op.request()).keys().from();
    return answered(
        op,
        new Response.Range(
            Edit.revision(op), List.of(new KeyVersion(key, value, 1, 1, 1, 0)), 1, false));
  }

  private static Optional<List<Item>> strangeRegister(History history, Random random) {
    return pick(history, random, WorkloadMutations::isRegisterRead)
        .map(op -> replace(history, op, reading(op, KeyRange.utf8("never written"))));
  }

  /** What it read had been written over by one who called after that write had returned. */
  private static Optional<List<Item>> staleRegister(History history, Random random) {
    var puts =
        history.operations().stream()
            .filter(op -> op.request() instanceof Request.Put && op.isOk())
            .toList();
    for (Operation read : history.operations()) {
      if (!isRegisterRead(read) || random.nextInt(2) == 0) {
        continue;
      }
      Bytes key = ((Request.Range) read.request()).keys().from();
      for (Operation old : puts) {
        for (Operation over : puts) {
          if (old.request() instanceof Request.Put one
              && over.request() instanceof Request.Put two
              && one.key().equals(key)
              && two.key().equals(key)
              && old.returnNanos() < over.callNanos()
              && over.returnNanos() < read.callNanos()) {
            return Optional.of(replace(history, read, reading(read, one.value())));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<List<Item>> wrongSwap(History history, Random random) {
    return pick(
            history,
            random,
            op ->
                op.request() instanceof Request.Txn txn
                    && txn.compares().size() == 1
                    && txn.compares().getFirst().target() == Compare.Target.VALUE
                    && answer(op, Response.Txn.class).filter(Response.Txn::succeeded).isPresent())
        .map(
            op -> {
              Request.Txn txn = (Request.Txn) op.request();
              Bytes key = txn.compares().getFirst().range().from();
              var other =
                  new Request.Txn(
                      List.of(Compare.value(key, KeyRange.utf8("never written"))),
                      txn.success(),
                      txn.failure());
              return replace(
                  history,
                  op,
                  new Operation(
                      op.id(),
                      op.process(),
                      op.member(),
                      other,
                      op.callNanos(),
                      op.returnNanos(),
                      op.outcome()));
            });
  }
}
