package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Histories that a cluster without a fault could have made: clients whose calls overlap, take
 * effect between call and return and are sometimes told nothing, over a {@link ModelStore}.
 */
final class HistoryGenerator {
  static final int MEMBERS = 3;
  private static final long MILLI = 1_000_000;
  private static final int CLIENTS = 8;
  private static final long LONGEST_CALL = 40 * MILLI;

  /** Something that will happen at a moment. */
  private record Planned(long nanos, long order, Runnable what) {}

  private final Random random;
  private final ModelStore store = new ModelStore();
  private final List<Item> items = new ArrayList<>();
  private final PriorityQueue<Planned> agenda =
      new PriorityQueue<>(
          Comparator.comparingLong(Planned::nanos).thenComparingLong(Planned::order));
  private final long[] applied = new long[MEMBERS];
  private final ModelClients clients;
  private final ModelWatchers watchers;
  private final TreeMap<Long, Long> deadlines = new TreeMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private long now;
  private long order;
  private long operationIds;
  private int processes = CLIENTS;
  private int left;
  private long leases = 0x1000;
  private long counter;

  /** Somebody in the queue of a lock. */
  private record Waiting(Bytes key, Runnable granted) {}

  /** What takes effect, and what is answered. */
  private interface Effect {
    Response take();
  }

  private HistoryGenerator(long seed, int operations) {
    random = new Random(seed);
    left = operations;
    clients = new ModelClients(random, store);
    watchers = new ModelWatchers(random, store, items);
    java.util.Arrays.fill(applied, 1);
  }

  static History generate(long seed, int operations) {
    return new HistoryGenerator(seed, operations).run();
  }

  private History run() {
    items.add(new Item.Mark(Item.Moment.WORK_STARTED, 0));
    watchers.openFirst(MEMBERS);
    call(900, 0, ModelClients.openAccounts(), this::done);
    for (int client = 0; client < CLIENTS; client++) {
      int process = client;
      int role = client;
      plan(random.nextInt(50) * MILLI, () -> next(process, role));
    }
    plan(40 * MILLI, this::watchStep);
    plan(200 * MILLI, () -> items.add(new Item.Mark(Item.Moment.FAULTS_STARTED, now)));
    while (!agenda.isEmpty()) {
      Planned planned = agenda.remove();
      now = planned.nanos();
      planned.what().run();
    }
    end();
    return History.of(items);
  }

  private void done() {}

  private void plan(long delay, Runnable what) {
    agenda.add(new Planned(now + delay, order++, what));
  }

  private void watchStep() {
    int member = random.nextInt(MEMBERS);
    applied[member] = store.revision();
    watchers.step(now, applied);
    if (random.nextInt(15) == 0) {
      watchers.openSome(now, member, applied[member]);
    }
    if (left > 0) {
      plan(random.nextInt(60) * MILLI, this::watchStep);
    }
  }

  private void next(int process, int role) {
    if (left-- <= 0) {
      return;
    }
    if (role == 5 || role == 6) {
      lease(process, role);
    } else if (role == 7) {
      lock(process, role);
    } else {
      Request request = clients.next(role);
      int member = role % 2 == 0 ? role % MEMBERS : random.nextInt(MEMBERS);
      call(process, member, request, () -> pause(process, role));
    }
  }

  private void pause(int process, int role) {
    plan(random.nextInt(80) * MILLI, () -> next(process, role));
  }

  private void call(int process, int member, Request request, Runnable then) {
    call(process, member, request, () -> effect(member, request), then);
  }

  /** A call whose effect comes between its call and its return, or of which nothing is told. */
  private void call(int process, int member, Request request, Effect effect, Runnable then) {
    long called = now;
    long id = ++operationIds;
    if (id > 1 && random.nextInt(25) == 0 && !(request instanceof Request.LeaseGrant)) {
      boolean refused = random.nextInt(3) == 0;
      if (!refused && random.nextBoolean()) {
        plan(random.nextLong(2 * LONGEST_CALL), () -> effect.take());
      }
      plan(
          1 + random.nextLong(LONGEST_CALL),
          () -> {
            Outcome outcome =
                refused
                    ? new Outcome.Definite("etcdserver: too many requests")
                    : new Outcome.Indefinite("deadline exceeded");
            items.add(new Operation(id, process, member, request, called, now, outcome));
            plan(random.nextInt(50) * MILLI, () -> next(processes++, 0));
          });
      return;
    }
    plan(
        1 + random.nextLong(LONGEST_CALL / 2),
        () -> {
          Response response = effect.take();
          plan(
              1 + random.nextLong(LONGEST_CALL / 2),
              () -> {
                items.add(operation(id, process, member, request, called, response));
                then.run();
              });
        });
  }

  private Operation operation(
      long id, int process, int member, Request request, long called, Response response) {
    Outcome outcome =
        response instanceof Response.Unlock(long revision) && revision < 0
            ? new Outcome.Definite("etcdserver: mvcc: required revision has been compacted")
            : new Outcome.Ok(100 + member, 2, response);
    return new Operation(id, process, member, request, called, now, outcome);
  }

  private Response effect(int member, Request request) {
    return switch (request) {
      case Request.Range range -> read(member, range);
      case Request.Kv kv -> {
        Response response = store.perform(kv);
        applied[member] = store.revision();
        grantNext();
        yield response;
      }
      case Request.Compact compact when compact.revision() <= store.floor() ->
          new Response.Unlock(-1);
      case Request.Compact compact -> {
        store.compact(compact.revision());
        yield new Response.Compact(store.revision());
      }
      default -> throw new IllegalStateException("no effect of " + request);
    };
  }

  private Response read(int member, Request.Range range) {
    if (!range.options().serializable()) {
      applied[member] = store.revision();
    }
    long past = range.options().revision();
    return past > 0 && past < store.floor()
        ? new Response.Unlock(-1)
        : store.readAt(range, applied[member]);
  }

  private void lease(int process, int role) {
    long lease = ++leases;
    long ttl = 2 + random.nextLong(2);
    call(
        process,
        role % MEMBERS,
        new Request.LeaseGrant(lease, ttl),
        () -> {
          deadlines.put(lease, now + Duration.ofSeconds(ttl).toNanos());
          expireLater(lease);
          return new Response.LeaseGrant(store.revision(), lease, ttl);
        },
        () -> leased(process, role, lease, ttl, 1 + random.nextInt(3)));
  }

  private void expireLater(long lease) {
    long deadline = deadlines.getOrDefault(lease, now);
    agenda.add(
        new Planned(
            deadline + random.nextInt(500) * MILLI, order++, () -> expire(lease, deadline)));
  }

  private void expire(long lease, long deadline) {
    if (deadlines.getOrDefault(lease, -1L) == deadline) {
      deadlines.remove(lease);
      store.delete(store.attached(lease));
      grantNext();
    }
  }

  /** Attaches two keys, renews for a while, and then lets it expire or revokes it. */
  private void leased(int process, int role, long lease, long ttl, int more) {
    if (more > 0 && left-- <= 0) {
      return;
    }
    Runnable then = () -> plan(pauseWithin(ttl), () -> leased(process, role, lease, ttl, more - 1));
    int member = random.nextInt(MEMBERS);
    if (more == 1 && random.nextBoolean()) {
      Effect revoke =
          () -> {
            boolean there = deadlines.remove(lease) != null;
            store.delete(there ? store.attached(lease) : List.of());
            grantNext();
            return new Response.LeaseRevoke(store.revision());
          };
      if (deadlines.containsKey(lease) && deadlines.get(lease) > now + 4 * LONGEST_CALL) {
        call(process, member, new Request.LeaseRevoke(lease), revoke, () -> pause(process, role));
        return;
      }
    }
    if (more <= 0) {
      plan(
          Duration.ofSeconds(ttl + 1).toNanos(),
          () -> {
            var ask = new Request.LeaseTimeToLive(lease);
            call(process, member, ask, () -> timeToLive(lease, ttl), () -> pause(process, role));
          });
      return;
    }
    boolean alive = deadlines.containsKey(lease) && deadlines.get(lease) > now + 4 * LONGEST_CALL;
    if (alive && random.nextBoolean()) {
      Bytes key = KeyRange.utf8("l/" + role + "/" + random.nextInt(3));
      Bytes value = KeyRange.utf8("lv" + ++operationIds);
      call(process, member, new Request.Put(key, value, lease, false), then);
    } else if (random.nextInt(3) == 0) {
      var ask = new Request.LeaseTimeToLive(lease);
      call(process, member, ask, () -> timeToLive(lease, ttl), then);
    } else {
      call(process, member, new Request.LeaseKeepAlive(lease), () -> renew(lease, ttl), then);
    }
  }

  private long pauseWithin(long ttl) {
    return random.nextLong(Duration.ofSeconds(ttl).toNanos() / 2);
  }

  private Response renew(long lease, long ttl) {
    if (!deadlines.containsKey(lease)) {
      return new Response.LeaseKeepAlive(store.revision(), 0);
    }
    deadlines.put(lease, now + Duration.ofSeconds(ttl).toNanos());
    expireLater(lease);
    return new Response.LeaseKeepAlive(store.revision(), ttl);
  }

  private Response timeToLive(long lease, long ttl) {
    if (!deadlines.containsKey(lease)) {
      return new Response.LeaseTimeToLive(store.revision(), -1, 0, List.of());
    }
    long seconds = Math.max(0, Duration.ofNanos(deadlines.get(lease) - now).toSeconds());
    return new Response.LeaseTimeToLive(store.revision(), seconds, ttl, store.attached(lease));
  }

  /** Three of them queue for one lock: whoever has it counts once and gives it up. */
  private void lock(int process, int role) {
    if (left < 10) {
      return;
    }
    left -= 10;
    for (int i = 0; i < 3; i++) {
      int member = i;
      int waiter = i == 0 ? process : processes++;
      long lease = ++leases;
      plan(
          random.nextInt(30) * MILLI,
          () ->
              call(
                  waiter,
                  member,
                  new Request.LeaseGrant(lease, 60),
                  () -> new Response.LeaseGrant(store.revision(), lease, 60),
                  () -> queue(waiter, member, lease, member == 0 ? role : -1)));
    }
  }

  private void queue(int process, int member, long lease, int role) {
    var request = new Request.Lock(KeyRange.utf8("k/q"), lease);
    Bytes key = KeyRange.utf8("k/q/" + Long.toHexString(lease));
    long called = now;
    long id = ++operationIds;
    plan(
        1 + random.nextLong(LONGEST_CALL / 2),
        () -> {
          store.perform(new Request.Put(key, Bytes.EMPTY, lease, false));
          waiting.add(
              new Waiting(
                  key,
                  () -> {
                    long revision = store.revision();
                    plan(
                        1 + random.nextLong(LONGEST_CALL / 2),
                        () -> {
                          Outcome outcome =
                              new Outcome.Ok(100 + member, 2, new Response.Lock(revision, key));
                          items.add(
                              new Operation(id, process, member, request, called, now, outcome));
                          count(process, member, key, role);
                        });
                  }));
          grantNext();
        });
  }

  private void count(int process, int member, Bytes key, int role) {
    long token = store.at(key, store.revision()).map(KeyVersion::createRevision).orElse(0L);
    Bytes counted = KeyRange.utf8("g/q");
    long seen = store.at(counted, store.revision()).map(v -> Values.number(v.value())).orElse(0L);
    var write =
        new Request.Txn(
            List.of(Compare.createRevision(key, token)),
            List.of(Request.Put.of(counted, Values.number(seen + 1, "c" + ++counter))),
            List.of());
    long called = now;
    long id = ++operationIds;
    plan(
        5 * MILLI,
        () -> {
          Response response = store.perform(write);
          plan(
              3 * MILLI,
              () -> {
                items.add(operation(id, process, member, write, called, response));
                unlock(process, member, key, role);
              });
        });
  }

  private void unlock(int process, int member, Bytes key, int role) {
    long called = now;
    long id = ++operationIds;
    plan(
        4 * MILLI,
        () -> {
          store.delete(List.of(key));
          grantNext();
          var response = new Response.Unlock(store.revision());
          plan(
              2 * MILLI,
              () -> {
                items.add(
                    operation(id, process, member, new Request.Unlock(key), called, response));
                if (role >= 0) {
                  pause(process, role);
                }
              });
        });
  }

  private void grantNext() {
    waiting.removeIf(one -> store.at(one.key(), store.revision()).isEmpty());
    var inOrder = new TreeSet<Waiting>(Comparator.comparingLong(this::created));
    inOrder.addAll(waiting);
    if (!inOrder.isEmpty()) {
      long first =
          store.keys(KeyRange.prefix("k/q/"), store.revision()).stream()
              .mapToLong(KeyVersion::createRevision)
              .min()
              .orElse(0);
      if (created(inOrder.first()) == first) {
        waiting.remove(inOrder.first());
        inOrder.first().granted().run();
      }
    }
  }

  private long created(Waiting one) {
    return store.at(one.key(), store.revision()).map(KeyVersion::createRevision).orElse(0L);
  }

  private void end() {
    long middle = Math.max(now - 500 * MILLI, 300 * MILLI);
    items.add(new Fault("pause", "member 1", 200 * MILLI, middle, true, "stopped"));
    now += MILLI;
    items.add(new Item.Mark(Item.Moment.HEALED, now));
    now += 100 * MILLI;
    watchers.tellAll(now, store.revision());
    for (int member = 0; member < MEMBERS; member++) {
      for (Request request :
          List.of(
              Request.Range.of(ModelClients.LISTS),
              Request.Range.of(ModelClients.SETS),
              Request.Range.of(ModelClients.ACCOUNTS),
              new Request.HashKv(store.revision()))) {
        long called = now += MILLI;
        now += MILLI;
        Response response =
            request instanceof Request.Range range
                ? store.readAt(range, store.revision())
                : new Response.HashKv(
                    store.revision(), store.revision(), store.revision() * 31, store.floor());
        items.add(operation(++operationIds, processes, member, request, called, response));
        processes++;
      }
    }
    items.add(new Item.Mark(Item.Moment.WORK_ENDED, now + Duration.ofSeconds(11).toNanos()));
  }
}
