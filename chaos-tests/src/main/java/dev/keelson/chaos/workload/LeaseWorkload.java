package dev.keelson.chaos.workload;

import dev.keelson.chaos.checkers.Checker;
import dev.keelson.chaos.checkers.LeaseChecker;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Leases of some seconds, with keys, that are renewed for a while and then left to end. */
public final class LeaseWorkload implements Workload {
  private static final long PAUSE_NANOS = 300_000_000;

  private final LeaseChecker.Bounds bounds;

  /**
   * @param bounds what clocks and elections take on this machine
   */
  public LeaseWorkload(LeaseChecker.Bounds bounds) {
    this.bounds = bounds;
  }

  @Override
  public String name() {
    return "lease";
  }

  @Override
  public void step(Session session) {
    var random = session.random();
    long lease = (random.nextLong() >>> 16) + 1;
    long ttl = 2 + random.nextLong(3);
    Outcome granted = session.call(new Request.LeaseGrant(lease, ttl));
    if (!(granted instanceof Outcome.Ok)) {
      return;
    }
    for (int key = 0; key < 2; key++) {
      var name = KeyRange.utf8("l/" + session.unique());
      session.call(new Request.Put(name, session.value(), lease, false));
    }
    int renewals = random.nextInt(8);
    for (int i = 0; i < renewals; i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      if (session.call(new Request.LeaseKeepAlive(lease))
              instanceof Outcome.Ok(_, _, Response.LeaseKeepAlive(_, long left))
          && left == 0) {
        return;
      }
    }
    session.call(new Request.LeaseTimeToLive(lease));
    if (random.nextInt(3) == 0) {
      session.call(new Request.LeaseRevoke(lease));
    }
    session.call(Request.Range.of(KeyRange.prefix("l/")));
  }

  @Override
  public void readAll(Session session, int member) {
    session.callAt(member, Request.Range.of(KeyRange.prefix("l/")));
  }

  @Override
  public List<Checker> checkers() {
    return List.of(new LeaseChecker(bounds));
  }
}
