package dev.keelson.chaos.workload;

import dev.keelson.chaos.checkers.BankChecker;
import dev.keelson.chaos.checkers.Checker;
import dev.keelson.chaos.checkers.Values;
import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import java.util.ArrayList;
import java.util.List;

/** Transfers between accounts, and reads of all of them. */
public final class BankWorkload implements Workload {
  private static final KeyRange ACCOUNTS = KeyRange.prefix("b/");
  private static final int COUNT = 8;
  private static final long EACH = 100;

  @Override
  public String name() {
    return "bank";
  }

  @Override
  public boolean prepare(Session session) {
    var puts = new ArrayList<Request.Kv>();
    for (int account = 0; account < COUNT; account++) {
      puts.add(
          Request.Put.of(KeyRange.utf8("b/" + account), Values.number(EACH, session.unique())));
    }
    // Once: an attempt that was told nothing may have opened them.
    var unopened = Compare.createRevision(KeyRange.utf8("b/0"), 0);
    return session.call(new Request.Txn(List.of(unopened), puts, List.of())) instanceof Outcome.Ok;
  }

  @Override
  public void step(Session session) {
    boolean own = session.random().nextInt(4) == 0;
    var read =
        session.read(
            own
                ? new Request.Range(ACCOUNTS, ReadOptions.DEFAULT.fromOneMember())
                : Request.Range.of(ACCOUNTS));
    if (read.isEmpty() || read.get().versions().size() < COUNT) {
      return;
    }
    int from = session.random().nextInt(COUNT);
    int to = (from + 1 + session.random().nextInt(COUNT - 1)) % COUNT;
    KeyVersion source = read.get().versions().get(from);
    KeyVersion target = read.get().versions().get(to);
    long amount = 1 + session.random().nextLong(20);
    session.call(
        new Request.Txn(
            List.of(
                Compare.modRevision(source.key(), source.modRevision()),
                Compare.modRevision(target.key(), target.modRevision())),
            List.of(
                Request.Put.of(
                    source.key(),
                    Values.number(Values.number(source.value()) - amount, session.unique())),
                Request.Put.of(
                    target.key(),
                    Values.number(Values.number(target.value()) + amount, session.unique()))),
            List.of(Request.Range.of(ACCOUNTS))));
  }

  @Override
  public void readAll(Session session, int member) {
    session.callAt(member, Request.Range.of(ACCOUNTS));
  }

  @Override
  public List<Checker> checkers() {
    return List.of(new BankChecker(ACCOUNTS, COUNT * EACH));
  }
}
