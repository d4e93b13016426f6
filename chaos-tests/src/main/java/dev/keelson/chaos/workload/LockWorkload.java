package dev.keelson.chaos.workload;

import dev.keelson.chaos.checkers.Checker;
import dev.keelson.chaos.checkers.LockChecker;
import dev.keelson.chaos.checkers.Values;
import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.util.List;

/** Lock, count once under the lock's token, unlock. */
public final class LockWorkload implements Workload {
  private static final Bytes NAME = KeyRange.utf8("k/lock");
  private static final Bytes COUNTER = KeyRange.utf8("g/counter");

  @Override
  public String name() {
    return "lock";
  }

  @Override
  public void step(Session session) {
    long lease = (session.random().nextLong() >>> 16) + 1;
    if (!(session.call(new Request.LeaseGrant(lease, 5)) instanceof Outcome.Ok)) {
      return;
    }
    if (session.call(new Request.Lock(NAME, lease))
        instanceof Outcome.Ok(_, _, Response.Lock lock)) {
      count(session, lock.key());
      session.call(new Request.Unlock(lock.key()));
    }
    session.call(new Request.LeaseRevoke(lease));
  }

  private static void count(Session session, Bytes owner) {
    var key = session.read(Request.Range.of(KeyRange.single(owner)));
    var counter = session.read(Request.Range.of(KeyRange.single(COUNTER)));
    if (key.isEmpty() || key.get().versions().isEmpty() || counter.isEmpty()) {
      return;
    }
    long token = key.get().versions().getFirst().createRevision();
    long seen =
        counter.get().versions().stream()
            .map(KeyVersion::value)
            .mapToLong(Values::number)
            .findFirst()
            .orElse(0);
    session.call(
        new Request.Txn(
            List.of(Compare.createRevision(owner, token)),
            List.of(Request.Put.of(COUNTER, Values.number(seen + 1, session.unique()))),
            List.of()));
  }

  @Override
  public void readAll(Session session, int member) {
    session.callAt(member, Request.Range.of(KeyRange.single(COUNTER)));
  }

  @Override
  public List<Checker> checkers() {
    return List.of(new LockChecker());
  }
}
