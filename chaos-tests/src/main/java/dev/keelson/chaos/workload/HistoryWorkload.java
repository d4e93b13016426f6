package dev.keelson.chaos.workload;

import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import java.util.Random;

/** Reads of the past through all members, while one client forgets more and more of it. */
public final class HistoryWorkload implements Workload {
  private static final KeyRange KEYS = KeyRange.prefix("m/");

  @Override
  public String name() {
    return "mvcc";
  }

  @Override
  public void step(Session session) {
    Random random = session.random();
    var key = KeyRange.utf8("m/" + random.nextInt(10));
    session.call(
        random.nextInt(5) == 0
            ? new Request.Delete(KeyRange.single(key), true)
            : new Request.Put(key, session.value(), 0, true));
    long revision =
        session
            .read(new Request.Range(KEYS, ReadOptions.DEFAULT.onlyCounted()))
            .map(Response.Range::revision)
            .orElse(0L);
    if (revision < 300) {
      return;
    }
    for (int i = 0; i < 3; i++) {
      session.call(
          new Request.Range(KEYS, ReadOptions.DEFAULT.atRevision(revision - random.nextInt(250))));
    }
    if (session.number() == 0 && random.nextInt(4) == 0) {
      session.call(new Request.Compact(revision - 200));
    }
  }

  @Override
  public void readAll(Session session, int member) {
    session.callAt(member, Request.Range.of(KEYS));
  }
}
