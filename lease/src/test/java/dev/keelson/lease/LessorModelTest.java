package dev.keelson.lease;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three lessors over one log, leaders that come and go at any point, entries that are applied late,
 * and a naive list of promises that must be kept.
 */
@Tag("LE-min")
@Tag("LE-max")
@Tag("LE-once")
@Tag("LE-epoch")
class LessorModelTest {
  private static final long SECOND = 1_000_000_000;
  private static final long ELECTION = SECOND;
  private static final LessorConfig CONFIG = new LessorConfig(ELECTION, 3 * SECOND, 7 * SECOND);

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 300);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noPromiseIsBroken(long seed) {
    var world = new World(new Random(seed));
    for (int step = 0; step < 3_000; step++) {
      world.step();
    }
    world.endAll();
  }

  /** What the log holds; applied by each member at its own pace. */
  private sealed interface Entry {
    record Grant(long id, long ttl) implements Entry {}

    record Expire(long id, long epoch, long term) implements Entry {}

    record Remainder(long id, long epoch, long term, long remaining) implements Entry {}

    record TermBegins(long term) implements Entry {}
  }

  private record Placed(long term, Entry entry) {}

  private record Lease(long ttl, long remaining, long epoch) {}

  private static final class Member {
    final Lessor lessor = new Lessor(CONFIG);
    final TreeMap<Long, Lease> table = new TreeMap<>();
    int applied;
  }

  /** A promise to a client, as naive as can be. */
  private static final class Promise {
    final long ttl;
    long heldUntil;
    long endsBy;

    Promise(long ttl, long now) {
      this.ttl = ttl;
      renewed(now);
    }

    void renewed(long now) {
      heldUntil = now + ttl * SECOND;
      endsBy = heldUntil;
    }
  }

  private static final class World {
    final Random random;
    final List<Member> members = List.of(new Member(), new Member(), new Member());
    final List<Placed> log = new ArrayList<>();
    final List<Placed> late = new ArrayList<>(); // decided, and perhaps never in the log
    final TreeMap<Long, Promise> promises = new TreeMap<>();
    long now = 5 * SECOND;
    long term;
    long told;
    int leader;

    World(Random random) {
      this.random = random;
      elect(0);
    }

    void step() {
      now += random.nextInt(200) * (SECOND / 1_000);
      var primary = members.get(leader);
      switch (random.nextInt(20)) {
        case 0, 1 -> {
          apply(primary, log.size());
          long id = 1L + random.nextInt(40); // ids come again
          if (!primary.table.containsKey(id)) {
            long ttl = 2L + random.nextInt(60);
            append(new Entry.Grant(id, ttl));
            apply(primary, log.size());
            promises.put(id, new Promise(ttl, now));
          }
        }
        case 2 -> {
          if (random.nextInt(10) == 0) {
            elect(random.nextInt(3));
          }
        }
        case 3, 4, 5, 6, 7 -> renew(primary);
        case 8, 9, 10, 11 -> decide(primary, 1 + random.nextInt(3));
        case 12, 13 -> landLate();
        case 14 -> primary.lessor.resume(now);
        default -> {
          var one = members.get(random.nextInt(3));
          apply(one, one.applied + random.nextInt(3));
        }
      }
    }

    /** A new leader has all that is committed; what others have decided may come to it or not. */
    void elect(int member) {
      members.get(leader).lessor.demote();
      leader = member;
      term++;
      if (random.nextBoolean()) {
        late.clear();
      }
      append(new Entry.TermBegins(term));
      apply(members.get(leader), log.size());
      promises.values().forEach(promise -> promise.endsBy = now + promise.ttl * SECOND + ELECTION);
    }

    void append(Entry entry) {
      log.add(new Placed(term, entry));
    }

    /** A decision reaches the log, perhaps in a later term, perhaps twice. */
    void landLate() {
      if (!late.isEmpty()) {
        var decided = late.get(random.nextInt(late.size()));
        append(decided.entry());
        if (random.nextInt(4) > 0) {
          late.remove(decided);
        }
        if (random.nextBoolean()) {
          apply(members.get(leader), log.size());
        }
      }
    }

    void renew(Member primary) {
      if (promises.isEmpty()) {
        return;
      }
      long id = new ArrayList<>(promises.keySet()).get(random.nextInt(promises.size()));
      apply(primary, log.size()); // confirmed by a round, and with it all that is committed
      switch (primary.lessor.renew(id, now)) {
        case Renewal.Renewed(var ttl, var clearFirst) -> {
          if (clearFirst) {
            append(new Entry.Remainder(id, 0, term, 0));
            apply(primary, log.size());
          }
          assertThat(ttl).isEqualTo(promised(id).ttl);
          promised(id).renewed(now);
        }
        case Renewal.NotFound() -> assertThat(promises).doesNotContainKey(id);
        case Renewal.Ending() -> assertThat(now).isGreaterThanOrEqualTo(promised(id).heldUntil);
        case Renewal.NotPrimary() -> throw new AssertionError("the leader is primary");
      }
    }

    private Promise promised(long id) {
      return requireNonNull(promises.get(id), "a lease that is gone was renewed");
    }

    void decide(Member primary, int atMost) {
      var decisions = primary.lessor.decide(now, atMost);
      for (var expiry : decisions.expiries()) {
        late.add(new Placed(term, new Entry.Expire(expiry.id(), expiry.epoch(), term)));
      }
      for (var checkpoint : decisions.checkpoints()) {
        late.add(
            new Placed(
                term,
                new Entry.Remainder(
                    checkpoint.id(), checkpoint.epoch(), term, checkpoint.remainingSeconds())));
      }
    }

    void apply(Member member, int upTo) {
      while (member.applied < Math.min(upTo, log.size())) {
        var placed = log.get(member.applied++);
        apply(member, placed, member.applied);
      }
    }

    private void apply(Member member, Placed placed, long index) {
      switch (placed.entry()) {
        case Entry.Grant(var id, var ttl) -> put(member, id, new Lease(ttl, 0, index));
        case Entry.Expire(var id, var epoch, var decided) -> {
          var lease = member.table.get(id);
          if (lease != null && lease.epoch() == epoch && decided == placed.term()) {
            member.table.remove(id);
            member.lessor.remove(id);
            ended(id, index);
          } else {
            member.lessor.reconsider(id, now);
          }
        }
        case Entry.Remainder(var id, var epoch, var decided, var remaining) -> {
          var lease = member.table.get(id);
          if (lease != null
              && decided == placed.term()
              && (remaining == 0 || lease.epoch() == epoch)) {
            put(member, id, new Lease(lease.ttl(), remaining, index));
          }
        }
        case Entry.TermBegins(var began) -> {
          if (began == term && members.get(leader) == member) {
            member.lessor.promote(now);
          }
        }
      }
    }

    private void put(Member member, long id, Lease lease) {
      member.table.put(id, lease);
      member.lessor.put(id, lease.ttl(), lease.remaining(), lease.epoch(), now);
    }

    /** The first to apply an end speaks for all. */
    private void ended(long id, long index) {
      if (index <= told) {
        return;
      }
      told = index;
      var promise = promises.remove(id);
      if (promise != null) {
        assertThat(now).as("lease %d ended early", id).isGreaterThanOrEqualTo(promise.heldUntil);
      }
    }

    /** LE-max: with a leader that stays, every lease ends in its time. */
    void endAll() {
      late.clear();
      elect(random.nextInt(3));
      var primary = members.get(leader);
      while (!promises.isEmpty()) {
        now += SECOND / 10;
        decide(primary, 50);
        late.forEach(decided -> append(decided.entry()));
        late.clear();
        apply(primary, log.size());
        for (var promise : promises.values()) {
          assertThat(now).as("a lease has not ended").isLessThan(promise.endsBy + SECOND);
        }
      }
      for (var member : members) {
        apply(member, log.size());
        assertThat(member.table).isEmpty();
        assertThat(member.lessor.size()).isZero();
      }
    }
  }
}
