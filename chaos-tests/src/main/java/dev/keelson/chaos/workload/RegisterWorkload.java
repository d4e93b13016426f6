package dev.keelson.chaos.workload;

import dev.keelson.chaos.checkers.Checker;
import dev.keelson.chaos.checkers.LinearizabilityChecker;
import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import dev.keelson.raft.Bytes;
import java.util.List;
import java.util.Random;

/**
 * Reads, writes, swaps and deletes of single keys; a quarter of the reads of one member's state.
 */
public final class RegisterWorkload implements Workload {
  private static final KeyRange KEYS = KeyRange.prefix("r/");
  private static final int COUNT = 20;

  @Override
  public String name() {
    return "register";
  }

  @Override
  public void step(Session session) {
    Random random = session.random();
    Bytes key = KeyRange.utf8("r/" + random.nextInt(COUNT));
    KeyRange single = KeyRange.single(key);
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> session.call(new Request.Put(key, session.value(), 0, random.nextBoolean()));
      case 3 -> session.call(new Request.Delete(single, random.nextBoolean()));
      case 4, 5 -> {
        var found = session.read(Request.Range.of(single));
        var seen = found.stream().flatMap(read -> read.versions().stream()).map(KeyVersion::value);
        Compare compare =
            seen.findFirst()
                .map(value -> Compare.value(key, value))
                .orElse(Compare.createRevision(key, 0));
        session.call(
            new Request.Txn(
                List.of(compare),
                List.of(Request.Put.of(key, session.value())),
                List.of(Request.Range.of(single))));
      }
      case 6 -> session.call(new Request.Range(single, ReadOptions.DEFAULT.fromOneMember()));
      case 7 ->
          session.call(
              new Request.Range(
                  KEYS,
                  ReadOptions.DEFAULT
                      .sorted(ReadOptions.Order.DESCEND, ReadOptions.Sort.MOD)
                      .limitedTo(1 + random.nextInt(5))));
      default -> session.call(Request.Range.of(single));
    }
  }

  @Override
  public void readAll(Session session, int member) {
    session.callAt(member, Request.Range.of(KEYS));
  }

  @Override
  public List<Checker> checkers() {
    return List.of(new LinearizabilityChecker(KEYS));
  }
}
