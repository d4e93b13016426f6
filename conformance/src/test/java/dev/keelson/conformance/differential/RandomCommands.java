package dev.keelson.conformance.differential;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.Compare.CompareTarget;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.api.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest.FilterType;
import java.util.List;
import java.util.Random;

/**
 * Commands drawn from a seed: few keys, so that they meet; revisions around the present, the floor
 * and beyond both; now and then a request that must be refused.
 *
 * <p>What ends an etcd 3.4 is never drawn: unknown sort targets, and (T23) an ignore flag in a txn
 * that also deletes.
 */
final class RandomCommands {
  private static final List<ByteString> KEYS =
      List.of("\0", "\0\0", "a", "a\0", "aa", "ab", "b", "ba", "c", "d", "\u007f", "e/1", "e/2")
          .stream()
          .map(ByteString::copyFromUtf8)
          .toList();
  private static final ByteString HIGHEST = ByteString.copyFrom(new byte[] {(byte) 0xff});
  private static final ByteString NO_END = ByteString.copyFrom(new byte[] {0});
  private static final List<ByteString> VALUES =
      List.of("", "0", "1", "10", "2", "a longer value").stream()
          .map(ByteString::copyFromUtf8)
          .toList();

  private static final List<Long> LEASES = List.of(11L, 12L, 13L, -3L);
  private static final long UNKNOWN_LEASE = 4711;

  private final Random random;

  RandomCommands(long seed) {
    this.random = new Random(seed);
  }

  /**
   * @param revision the store's current revision
   * @param floor the revision it was last compacted to
   */
  Command next(long revision, long floor) {
    int draw = random.nextInt(1000);
    if (draw < 280) {
      return new Command.Put(put(true));
    }
    if (draw < 370) {
      return new Command.Delete(delete());
    }
    if (draw < 640) {
      return new Command.Range(range(revision, floor, true));
    }
    if (draw < 850) {
      return new Command.Transaction(
          chance(100) ? tooManyOps(revision) : txn(revision, floor, 3, chance(3)));
    }
    if (draw < 950) {
      return leaseCommand();
    }
    if (draw < 975) {
      return chance(3)
          ? new Command.CancelWatch(random.nextInt(10))
          : new Command.Watch(watch(revision, floor));
    }
    if (draw < 985) {
      return new Command.Compact(
          CompactionRequest.newBuilder()
              .setRevision(chance(4) ? around(revision, floor) : (revision + floor) / 2)
              .setPhysical(random.nextBoolean())
              .build());
    }
    return new Command.Hash();
  }

  private Command leaseCommand() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> new Command.Grant(grant());
      case 2 -> new Command.Revoke(chance(3) ? pick(LEASES) : UNKNOWN_LEASE);
      case 3 -> new Command.KeepAlive(chance(5) ? UNKNOWN_LEASE : pick(LEASES));
      case 4 -> new Command.TimeToLive(chance(5) ? 0 : pick(LEASES), random.nextBoolean());
      default -> chance(3) ? new Command.Leases() : new Command.Revoke(pick(LEASES));
    };
  }

  /** Long enough to outlive the run: when a lease ends by itself is another test's matter. */
  private LeaseGrantRequest grant() {
    var grant = LeaseGrantRequest.newBuilder().setID(pick(LEASES));
    return switch (random.nextInt(8)) {
      case 0 -> grant.setTTL(9_000_000_001L).build();
      case 1 -> grant.setTTL(9_000_000_000L).build();
      default -> grant.setTTL(3_600 + random.nextInt(1000)).build();
    };
  }

  private WatchCreateRequest watch(long revision, long floor) {
    var watch =
        WatchCreateRequest.newBuilder()
            .setKey(key())
            .setPrevKv(random.nextBoolean())
            .setFragment(chance(5))
            .setProgressNotify(chance(5));
    if (!chance(4)) {
      watch.setRangeEnd(end());
    }
    if (chance(4)) {
      watch.addFilters(random.nextBoolean() ? FilterType.NOPUT : FilterType.NODELETE);
    }
    if (chance(3)) {
      watch.setWatchId(random.nextInt(-2, 6));
    }
    // From the past, from now, from the future, and at times from before the floor.
    return switch (random.nextInt(4)) {
      case 0 -> watch.build();
      case 1 -> watch.setStartRevision(revision + random.nextInt(30)).build();
      default -> watch.setStartRevision(Math.max(0, around(revision, floor))).build();
    };
  }

  private TxnRequest tooManyOps(long revision) {
    var txn = TxnRequest.newBuilder();
    for (int i = random.nextInt(127, 131); i > 0; i--) {
      txn.addCompare(compare(revision));
    }
    return txn.build();
  }

  private PutRequest put(boolean mayIgnore) {
    var put = PutRequest.newBuilder().setKey(key()).setPrevKv(random.nextBoolean());
    boolean ignoreValue = mayIgnore && chance(6);
    if (!ignoreValue || chance(8)) {
      put.setValue(pick(VALUES));
    }
    return put.setIgnoreValue(ignoreValue)
        .setIgnoreLease(mayIgnore && chance(8))
        .setLease(chance(40) ? UNKNOWN_LEASE : chance(3) ? pick(LEASES) : 0)
        .build();
  }

  private DeleteRangeRequest delete() {
    var delete = DeleteRangeRequest.newBuilder().setKey(key()).setPrevKv(random.nextBoolean());
    // Mostly single keys: else the store is empty most of the time.
    return chance(4) ? delete.setRangeEnd(end()).build() : delete.build();
  }

  private RangeRequest range(long revision, long floor, boolean maySort) {
    var range = RangeRequest.newBuilder().setKey(key());
    if (!chance(3)) {
      range.setRangeEnd(end());
    }
    if (chance(2)) {
      range.setRevision(around(revision, floor));
    }
    if (chance(3)) {
      range.setLimit(random.nextInt(-1, 6));
    }
    if (maySort && chance(3)) {
      range.setSortOrder(pick(List.of(SortOrder.NONE, SortOrder.ASCEND, SortOrder.DESCEND)));
      range.setSortTarget(
          pick(
              List.of(
                  SortTarget.KEY,
                  SortTarget.VERSION,
                  SortTarget.CREATE,
                  SortTarget.MOD,
                  SortTarget.VALUE)));
    }
    if (chance(5)) {
      filter(range, revision);
    }
    return range.setKeysOnly(chance(6)).setCountOnly(chance(8)).setSerializable(chance(4)).build();
  }

  private void filter(RangeRequest.Builder range, long revision) {
    long bound = chance(6) ? -1 : revision - random.nextInt(20);
    switch (random.nextInt(4)) {
      case 0 -> range.setMinModRevision(bound);
      case 1 -> range.setMaxModRevision(bound);
      case 2 -> range.setMinCreateRevision(bound);
      default -> range.setMaxCreateRevision(bound);
    }
  }

  private TxnRequest txn(long revision, long floor, int depth, boolean mayIgnore) {
    var txn = TxnRequest.newBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      txn.addCompare(compare(revision));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      txn.addSuccess(op(revision, floor, depth, mayIgnore));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      txn.addFailure(op(revision, floor, depth, mayIgnore));
    }
    return txn.build();
  }

  private RequestOp op(long revision, long floor, int depth, boolean mayIgnore) {
    int draw = random.nextInt(100);
    var op = RequestOp.newBuilder();
    if (draw < 40) {
      return op.setRequestPut(put(mayIgnore)).build();
    }
    if (draw < 55 && !mayIgnore) {
      return op.setRequestDeleteRange(delete()).build();
    }
    if (draw < 75 && depth > 0) {
      return op.setRequestTxn(txn(revision, floor, depth - 1, mayIgnore)).build();
    }
    // Of a past revision at times, but mostly of now: an abort teaches less than a commit.
    return draw == 99
        ? op.build()
        : op.setRequestRange(chance(4) ? range(revision, floor, false) : now()).build();
  }

  private RangeRequest now() {
    return RangeRequest.newBuilder().setKey(key()).setRangeEnd(end()).build();
  }

  private Compare compare(long revision) {
    var compare =
        Compare.newBuilder()
            .setKey(key())
            .setResult(
                pick(
                    List.of(
                        CompareResult.EQUAL,
                        CompareResult.GREATER,
                        CompareResult.LESS,
                        CompareResult.NOT_EQUAL)))
            .setTarget(
                pick(
                    List.of(
                        CompareTarget.VERSION,
                        CompareTarget.CREATE,
                        CompareTarget.MOD,
                        CompareTarget.VALUE,
                        CompareTarget.LEASE)));
    if (chance(4)) {
      compare.setRangeEnd(end());
    }
    if (chance(30)) {
      compare.setResultValue(9);
    }
    if (chance(30)) {
      compare.setTargetValue(9);
    }
    switch (random.nextInt(5)) {
      case 0 -> compare.setVersion(random.nextInt(4));
      case 1 -> compare.setCreateRevision(revision - random.nextInt(10));
      case 2 -> compare.setModRevision(revision - random.nextInt(10));
      case 3 -> compare.setLease(chance(2) ? 0 : pick(LEASES));
      default -> compare.setValue(pick(VALUES));
    }
    return compare.build();
  }

  private long around(long revision, long floor) {
    return switch (random.nextInt(5)) {
      case 0 -> revision + random.nextInt(-3, 3);
      case 1 -> floor + random.nextInt(-2, 3);
      case 2 -> -random.nextInt(3);
      default -> floor + random.nextLong(revision - floor + 1);
    };
  }

  private ByteString key() {
    return chance(60) ? ByteString.EMPTY : chance(15) ? HIGHEST : pick(KEYS);
  }

  private ByteString end() {
    return switch (random.nextInt(6)) {
      case 0 -> NO_END;
      case 1 -> HIGHEST;
      default -> pick(KEYS);
    };
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
