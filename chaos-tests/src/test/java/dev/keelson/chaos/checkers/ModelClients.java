package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What simulated clients ask for: by role, drawn from a seed, with values that are never equal. */
final class ModelClients {
  static final long BANK_TOTAL = 300;
  static final KeyRange ACCOUNTS = KeyRange.prefix("b/");
  static final KeyRange LISTS = KeyRange.prefix("a/");
  static final KeyRange SETS = KeyRange.prefix("s/");
  static final KeyRange REGISTERS = KeyRange.prefix("r/");
  private static final int REGISTER_KEYS = 3;

  private final Random random;
  private final ModelStore store;
  private long unique;

  ModelClients(Random random, ModelStore store) {
    this.random = random;
    this.store = store;
  }

  static Request.Txn openAccounts() {
    var puts = new ArrayList<Request.Kv>();
    for (int account = 0; account < 3; account++) {
      puts.add(
          Request.Put.of(
              KeyRange.utf8("b/" + account), Values.number(BANK_TOTAL / 3, "open" + account)));
    }
    return new Request.Txn(List.of(), puts, List.of());
  }

  Request next(int role) {
    return switch (role % 5) {
      case 0 -> register();
      case 1 -> random.nextInt(3) == 0 ? read(LISTS) : appends("a/", 1 + random.nextInt(2));
      case 2 -> random.nextInt(4) == 0 ? read(SETS) : appends("s/", 1);
      case 3 -> random.nextInt(3) == 0 ? read(ACCOUNTS) : transfer();
      case 4 -> mixed();
      default -> throw new IllegalStateException();
    };
  }

  private Request.Range read(KeyRange keys) {
    return Request.Range.of(keys);
  }

  private Bytes value() {
    return KeyRange.utf8("v" + ++unique);
  }

  private Request.Kv register() {
    Bytes key = KeyRange.utf8("r/" + random.nextInt(REGISTER_KEYS));
    return switch (random.nextInt(7)) {
      case 0, 1 -> new Request.Put(key, value(), 0, random.nextBoolean());
      case 2 ->
          new Request.Txn(
              List.of(Compare.value(key, expected(key))),
              List.of(Request.Put.of(key, value())),
              List.of(Request.Range.of(KeyRange.single(key))));
      case 3 ->
          random.nextInt(3) == 0
              ? new Request.Delete(KeyRange.single(key), random.nextBoolean())
              : new Request.Put(key, value(), 0, false);
      case 4 -> new Request.Range(REGISTERS, ReadOptions.DEFAULT.fromOneMember());
      default -> Request.Range.of(KeyRange.single(key));
    };
  }

  private Bytes expected(Bytes key) {
    return store.at(key, store.revision()).map(KeyVersion::value).orElse(KeyRange.utf8("none"));
  }

  /** Puts whole lists with a word more, if they are still what they are now. */
  private Request.Txn appends(String prefix, int lists) {
    var compares = new ArrayList<Compare>();
    var puts = new ArrayList<Request.Kv>();
    int first = random.nextInt(2);
    for (int i = 0; i < lists; i++) {
      Bytes key = KeyRange.utf8(prefix + (first + i) % 2);
      // Somewhat stale, as what a client read: the compare then fails.
      long seen = Math.max(1, store.revision() - random.nextInt(3));
      var version = store.at(key, seen);
      compares.add(Compare.modRevision(key, version.map(KeyVersion::modRevision).orElse(0L)));
      puts.add(
          Request.Put.of(
              key,
              Values.append(version.map(KeyVersion::value).orElse(Bytes.EMPTY), "w" + ++unique)));
    }
    return new Request.Txn(compares, puts, List.of());
  }

  private Request.Kv transfer() {
    int from = random.nextInt(3);
    Bytes source = KeyRange.utf8("b/" + from);
    Bytes target = KeyRange.utf8("b/" + (from + 1) % 3);
    var left = store.at(source, store.revision());
    var right = store.at(target, store.revision());
    if (left.isEmpty() || right.isEmpty()) {
      return read(ACCOUNTS);
    }
    long amount = 1 + random.nextLong(20);
    return new Request.Txn(
        List.of(
            Compare.modRevision(source, left.get().modRevision()),
            Compare.modRevision(target, right.get().modRevision())),
        List.of(
            Request.Put.of(
                source, Values.number(Values.number(left.get().value()) - amount, "" + ++unique)),
            Request.Put.of(
                target, Values.number(Values.number(right.get().value()) + amount, "" + ++unique))),
        List.of(read(ACCOUNTS)));
  }

  private Request mixed() {
    Bytes key = KeyRange.utf8("m/" + random.nextInt(5));
    return switch (random.nextInt(9)) {
      case 0 -> new Request.Delete(KeyRange.prefix("m/" + random.nextInt(5)), true);
      case 1, 2 -> new Request.Put(key, value(), 0, true);
      case 3 -> tree(key);
      case 4 -> store.revision() > 8 ? new Request.Compact(compactionPoint()) : options();
      case 5 ->
          new Request.Range(
              KeyRange.prefix("m/"),
              ReadOptions.DEFAULT.atRevision(Math.max(1, store.revision() - random.nextInt(6))));
      case 6 -> new Request.Range(KeyRange.prefix("m/"), ReadOptions.DEFAULT.fromOneMember());
      default -> options();
    };
  }

  private long compactionPoint() {
    return Math.max(store.floor() + 1, store.revision() - 5);
  }

  private Request.Range options() {
    ReadOptions options =
        switch (random.nextInt(5)) {
          case 0 -> ReadOptions.DEFAULT.limitedTo(1 + random.nextInt(3));
          case 1 ->
              ReadOptions.DEFAULT
                  .sorted(ReadOptions.Order.DESCEND, ReadOptions.Sort.MOD)
                  .limitedTo(random.nextInt(3));
          case 2 -> ReadOptions.DEFAULT.onlyCounted();
          case 3 -> ReadOptions.DEFAULT.withoutValues();
          default -> ReadOptions.DEFAULT.sorted(ReadOptions.Order.ASCEND, ReadOptions.Sort.VERSION);
        };
    return new Request.Range(KeyRange.prefix("m/"), options);
  }

  private Request.Txn tree(Bytes key) {
    Bytes other = KeyRange.utf8("m/x" + random.nextInt(2));
    Compare.Target[] targets = {
      Compare.Target.VERSION, Compare.Target.CREATE, Compare.Target.MOD, Compare.Target.LEASE
    };
    var compare =
        new Compare(
            random.nextBoolean() ? KeyRange.single(key) : KeyRange.prefix("m/"),
            targets[random.nextInt(4)],
            List.of(Compare.Relation.values()).get(random.nextInt(4)),
            random.nextInt(4),
            Bytes.EMPTY);
    var nested =
        new Request.Txn(
            List.of(Compare.createRevision(other, 0)),
            List.of(Request.Put.of(other, value())),
            List.of(new Request.Delete(KeyRange.single(other), true)));
    return new Request.Txn(
        List.of(compare),
        List.of(
            new Request.Put(key, value(), 0, true),
            Request.Range.of(KeyRange.prefix("m/")),
            nested),
        List.of(Request.Range.of(KeyRange.prefix("m/")), Request.Put.of(key, value())));
  }
}
