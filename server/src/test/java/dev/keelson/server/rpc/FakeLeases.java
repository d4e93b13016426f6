package dev.keelson.server.rpc;

import dev.keelson.raft.RandomSource;
import dev.keelson.server.lease.LeaseStats;
import dev.keelson.server.lease.LeaseTime;
import dev.keelson.server.lease.Leases;
import dev.keelson.server.replica.Completion;
import dev.keelson.server.replica.Outcome;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** There are no leases here. */
final class FakeLeases implements Leases {
  @Override
  public void keepAlive(long leaseId, Completion<LeaseTime> completion) {
    completion.complete(new Outcome.Success<>(new LeaseTime.Gone()));
  }

  @Override
  public void timeToLive(long leaseId, Completion<LeaseTime> completion) {
    completion.complete(new Outcome.Success<>(new LeaseTime.Gone()));
  }

  @Override
  public void list(Completion<List<Long>> completion) {
    completion.complete(new Outcome.Success<>(List.of()));
  }

  @Override
  public LeaseStats stats() {
    return new LeaseStats(0, 0, 0, 0, 0);
  }

  /** Nobody is told of anything. */
  record NoWatch() implements KeyWatch {
    @Override
    public Registration follow(KeyRange range, long fromRevision, Listener listener) {
      return () -> {};
    }
  }

  /** One after the other. */
  static final class Ids implements RandomSource {
    private final AtomicLong next = new AtomicLong();

    @Override
    public int nextInt(int bound) {
      return (int) (nextLong() % bound);
    }

    @Override
    public long nextLong() {
      return next.incrementAndGet();
    }
  }
}
