package dev.keelson.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** What all workloads of a run share: keys, values and the revisions that the fill left behind. */
final class Workloads {
  /** In front of the values that watch puts: when the put was sent, by {@link System#nanoTime}. */
  static final int STAMP_BYTES = Long.BYTES;

  /** Longer than granting and attaching takes: no lease may run out before all have their key. */
  private static final long FILLING_SECONDS = 15;

  private final LoadPlan plan;
  private final KeySpace keys;
  private final ValuePool values;
  private final SplittableRandom seeds;

  /** Written by the fill, then by txn: each key by one event loop at a time. */
  private final long[] revisions;

  /** Of the leases that expire; others have taken none near it, as good as certainly. */
  private final long firstLease;

  /** Written by the fill: the leases that lease-keepalive keeps alive. */
  private final long[] leases;

  Workloads(LoadPlan plan) {
    this.plan = plan;
    this.seeds = new SplittableRandom(plan.seed());
    this.keys = new KeySpace(plan.keys(), plan.keyBytes());
    this.values = new ValuePool(plan.valueBytes(), seeds.split());
    this.firstLease = Math.max(1, System.nanoTime()) << 20 >>> 1;
    this.revisions = new long[plan.workload() == WorkloadKind.TXN ? plan.keys() : 0];
    this.leases = new long[plan.workload() == WorkloadKind.LEASE_KEEPALIVE ? plan.keys() : 0];
  }

  /** The load itself, for one event loop. */
  Workload load() {
    var random = seeds.split();
    return switch (plan.workload()) {
      case PUT -> new Mixed(0, random);
      case GET -> new Mixed(1, random);
      case RANGE -> new WholeRange();
      case MIXED -> new Mixed(plan.readRatio(), random);
      case TXN -> new GuardedPut(random);
      case LEASE_KEEPALIVE -> new KeepAlive(random);
      case WATCH -> new StampedPut(random);
    };
  }

  /** What is written before the load, one after the other. */
  List<Filling> fillings() {
    if (plan.expiringLeases() > 0) {
      return List.of(this::expiringLeases, this::leasedKeys);
    }
    return List.of(
        plan.workload() == WorkloadKind.LEASE_KEEPALIVE
            ? Grants::new
            : (lane, lanes) -> new Fill(lane, lanes, seeds.split()));
  }

  /** The part of event loop {@code lane} of {@code lanes}: each so many-th key or lease. */
  @FunctionalInterface
  interface Filling {
    Workload part(int lane, int lanes);
  }

  /** Those granted later live shorter, so that all run out within a second or two. */
  private Workload expiringLeases(int lane, int lanes) {
    long start = System.nanoTime();
    return new Once(
        plan.expiringLeases(),
        lane,
        lanes,
        number -> {
          long elapsed = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
          long ttl = Math.max(2, plan.warmupSeconds() + FILLING_SECONDS - elapsed);
          var grant = LeaseGrantRequest.newBuilder().setID(firstLease + number).setTTL(ttl);
          return new Workload.Request(Call.LEASE_GRANT, grant.build());
        });
  }

  private Workload leasedKeys(int lane, int lanes) {
    return new Once(
        plan.expiringLeases(),
        lane,
        lanes,
        number -> {
          var key = ByteString.copyFromUtf8("bench-leased/%010d".formatted(number));
          var put = PutRequest.newBuilder().setKey(key).setLease(firstLease + number);
          return new Workload.Request(Call.PUT, put.build());
        });
  }

  /** What watcher {@code number} of the run follows. */
  ByteString watched(int number) {
    return plan.countsEvents()
        ? keys.key(0)
        : ByteString.copyFromUtf8("bench-silent/%010d".formatted(number));
  }

  private Workload.Request put(ByteString key, SplittableRandom random) {
    return new Workload.Request(
        Call.PUT, PutRequest.newBuilder().setKey(key).setValue(values.any(random)).build());
  }

  private final class Mixed implements Workload {
    private final double readRatio;
    private final SplittableRandom random;

    Mixed(double readRatio, SplittableRandom random) {
      this.readRatio = readRatio;
      this.random = random;
    }

    @Override
    public Request next(int client) {
      ByteString key = keys.key(random.nextInt(keys.size()));
      if (random.nextDouble() >= readRatio) {
        return put(key, random);
      }
      return new Request(
          Call.RANGE,
          RangeRequest.newBuilder().setKey(key).setSerializable(plan.serializable()).build());
    }

    @Override
    public Outcome judge(int client, Message response) {
      return response instanceof RangeResponse range && range.getKvsCount() == 0
          ? Outcome.MISS
          : Outcome.DONE;
    }
  }

  /** All keys in one answer; keys that are missing in it count as a miss. */
  private final class WholeRange implements Workload {
    private final RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(keys.key(0))
            .setRangeEnd(keys.key(keys.size() - 1).concat(ByteString.copyFrom(new byte[1])))
            .setSerializable(plan.serializable())
            .build();

    @Override
    public Request next(int client) {
      return new Request(Call.RANGE, request);
    }

    @Override
    public Outcome judge(int client, Message response) {
      return response instanceof RangeResponse range && range.getKvsCount() < keys.size()
          ? Outcome.MISS
          : Outcome.DONE;
    }
  }

  private final class Fill implements Workload {
    private final int step;
    private final SplittableRandom random;
    private final int[] keyOfClient = new int[plan.clients()];
    private int next;

    Fill(int first, int step, SplittableRandom random) {
      this.next = first;
      this.step = step;
      this.random = random;
    }

    @Override
    public boolean exhausted() {
      return next >= keys.size();
    }

    @Override
    public Request next(int client) {
      keyOfClient[client] = next;
      var request = put(keys.key(next), random);
      next += step;
      return request;
    }

    @Override
    public Outcome judge(int client, Message response) {
      if (revisions.length > 0 && response instanceof PutResponse put) {
        revisions[keyOfClient[client]] = put.getHeader().getRevision();
      }
      return Outcome.DONE;
    }

    /** A load on keys that are not all there would measure something else: stop at once. */
    @Override
    public void failed(int client) {
      next = keys.size();
    }
  }

  /** One lease for each key, granted once. */
  private final class Grants implements Workload {
    private static final long TTL_SECONDS = 600;

    private final int step;
    private final int[] leaseOfClient = new int[plan.clients()];
    private int next;

    Grants(int first, int step) {
      this.next = first;
      this.step = step;
    }

    @Override
    public boolean exhausted() {
      return next >= leases.length;
    }

    @Override
    public Request next(int client) {
      leaseOfClient[client] = next;
      next += step;
      return new Request(
          Call.LEASE_GRANT, LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build());
    }

    @Override
    public Outcome judge(int client, Message response) {
      if (response instanceof LeaseGrantResponse granted) {
        leases[leaseOfClient[client]] = granted.getID();
      }
      return Outcome.DONE;
    }

    @Override
    public void failed(int client) {
      next = leases.length;
    }
  }

  /** Requests numbered from 0, each sent once: event loop {@code first} of {@code step}. */
  private static final class Once implements Workload {
    private final int end;
    private final int step;
    private final IntFunction<Request> requests;
    private int next;

    Once(int end, int first, int step, IntFunction<Request> requests) {
      this.end = end;
      this.next = first;
      this.step = step;
      this.requests = requests;
    }

    @Override
    public boolean exhausted() {
      return next >= end;
    }

    @Override
    public Request next(int client) {
      var request = requests.apply(next);
      next += step;
      return request;
    }

    @Override
    public Outcome judge(int client, Message response) {
      return Outcome.DONE;
    }

    @Override
    public void failed(int client) {
      next = end;
    }
  }

  /** A lease that is gone counts as a miss. */
  private final class KeepAlive implements Workload {
    private final SplittableRandom random;

    KeepAlive(SplittableRandom random) {
      this.random = random;
    }

    @Override
    public Request next(int client) {
      long lease = leases[random.nextInt(leases.length)];
      return new Request(
          Call.LEASE_KEEPALIVE, LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    }

    @Override
    public Outcome judge(int client, Message response) {
      return response instanceof LeaseKeepAliveResponse alive && alive.getTTL() == 0
          ? Outcome.MISS
          : Outcome.DONE;
    }
  }

  /** Says when it was sent, so that whoever hears of it knows how long that took. */
  private final class StampedPut implements Workload {
    private final SplittableRandom random;

    StampedPut(SplittableRandom random) {
      this.random = random;
    }

    @Override
    public Request next(int client) {
      var stamp = ByteBuffer.allocate(STAMP_BYTES).putLong(0, System.nanoTime());
      var value =
          UnsafeByteOperations.unsafeWrap(stamp).concat(values.any(random).substring(STAMP_BYTES));
      return new Request(
          Call.PUT, PutRequest.newBuilder().setKey(keys.key(0)).setValue(value).build());
    }

    @Override
    public Outcome judge(int client, Message response) {
      return Outcome.DONE;
    }
  }

  /** Each client changes keys of its own, so a guard fails only after an answer was lost. */
  private final class GuardedPut implements Workload {
    private final SplittableRandom random;
    private final int[] keyOfClient = new int[plan.clients()];

    GuardedPut(SplittableRandom random) {
      this.random = random;
    }

    @Override
    public Request next(int client) {
      int own = (keys.size() - client - 1) / plan.clients() + 1;
      int number = client + plan.clients() * random.nextInt(own);
      keyOfClient[client] = number;
      ByteString key = keys.key(number);
      var guard =
          Compare.newBuilder()
              .setKey(key)
              .setTarget(Compare.CompareTarget.MOD)
              .setResult(Compare.CompareResult.EQUAL)
              .setModRevision(revisions[number]);
      var put = PutRequest.newBuilder().setKey(key).setValue(values.any(random));
      var look = RangeRequest.newBuilder().setKey(key);
      return new Request(
          Call.TXN,
          TxnRequest.newBuilder()
              .addCompare(guard)
              .addSuccess(RequestOp.newBuilder().setRequestPut(put))
              .addFailure(RequestOp.newBuilder().setRequestRange(look))
              .build());
    }

    @Override
    public Outcome judge(int client, Message response) {
      if (!(response instanceof TxnResponse txn)) {
        throw new IllegalStateException("a transaction was answered by " + response.getClass());
      }
      int number = keyOfClient[client];
      if (txn.getSucceeded()) {
        revisions[number] = txn.getHeader().getRevision();
        return Outcome.DONE;
      }
      var found = txn.getResponses(0).getResponseRange();
      revisions[number] = found.getKvsCount() == 0 ? 0 : found.getKvs(0).getModRevision();
      return Outcome.CONFLICT;
    }
  }
}
