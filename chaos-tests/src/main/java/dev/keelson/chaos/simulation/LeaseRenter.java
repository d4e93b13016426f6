package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.api.etcdserverpb.LeaseRevokeResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.StatusCode;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.storage.mvcc.Change;
import java.util.List;

/**
 * Rents a lease of a number of its own for two keys and never renews it. About when it ends it
 * gives it back and rents the same number again, which is another lease: nothing that was meant for
 * the one before may end it early (LE-min, LE-epoch), and an end takes all its keys in one revision
 * (LE-keys, I20).
 */
final class LeaseRenter implements Client {
  private static final long SECOND = 1_000_000_000;
  private static final double DRIFT = 0.02;
  private static final int TTL_SECONDS = 3;
  private static final long ASKED_NANOS = 10 * SECOND;
  private static final long NUMBERS_OF_ONE = 1_000_000;

  private final World world;
  private final Chance chance;
  private final String name;
  private long number;
  private int round;
  private long calledAt;
  private long ttl;
  private boolean expected;

  LeaseRenter(World world, Chance chance, int first) {
    this.world = world;
    this.chance = chance;
    this.name = "r" + first;
    this.number = (first + 1) * NUMBERS_OF_ONE;
  }

  /** Under a number that was never used. */
  @Override
  public void begin() {
    number++;
    rent();
  }

  private void rent() {
    if (world.faultsAreOver()) {
      return;
    }
    round++;
    expected = true;
    var life = chance.oneOf(world.members()).life();
    if (life.isEmpty()) {
      later(SECOND, this::rent);
      return;
    }
    calledAt = world.timeline().now();
    var request = LeaseGrantRequest.newBuilder().setID(number).setTTL(TTL_SECONDS).build();
    var services = life.get().services();
    new SimulatedCall<LeaseGrantResponse>(
            world,
            life.get(),
            reply -> {
              if (reply instanceof Reply.Success<LeaseGrantResponse>(var granted)) {
                ttl = granted.getTTL() * SECOND;
                attach();
              } else {
                later(SECOND, this::begin);
              }
            })
        .begin(call -> services.grantLease().handle(request, call, call));
  }

  /** Named after the round, so that no later put is taken for one of these. */
  private List<String> keys() {
    String prefix = "lease-" + name + "-" + round;
    return List.of(prefix + "a", prefix + "b");
  }

  private void attach() {
    var life = chance.oneOf(world.members()).life();
    if (life.isEmpty()) {
      later(SECOND, this::begin);
      return;
    }
    var request = TxnRequest.newBuilder();
    for (var key : keys()) {
      var bytes = ByteString.copyFromUtf8(key);
      request.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(
                  PutRequest.newBuilder().setKey(bytes).setValue(bytes).setLease(number)));
    }
    var services = life.get().services();
    new SimulatedCall<TxnResponse>(
            world,
            life.get(),
            reply -> {
              if (reply instanceof Reply.Success<TxnResponse>(var done)) {
                attached(done.getHeader().getRevision());
              } else {
                later(SECOND, this::begin);
              }
            })
        .begin(call -> services.txn().handle(request.build(), call, call));
  }

  private void attached(long revision) {
    world.chronicle().told(revision);
    check(world.chronicle().at(revision).size() == 2, "two puts are not two at %d", revision);
    expected = false;
    world.count("leases rented");
    int mine = round;
    long until = calledAt + ttl * chance.between(70, 130) / 100;
    later(Math.max(0, until - world.timeline().now()), () -> giveBack(mine));
  }

  private void giveBack(int mine) {
    if (mine != round || chance.happens(0.3)) {
      later(ttl * 4, this::begin); // it ends by itself
      return;
    }
    var life = chance.oneOf(world.members()).life();
    if (life.isEmpty()) {
      later(SECOND, () -> giveBack(mine));
      return;
    }
    expected = true;
    var request = LeaseRevokeRequest.newBuilder().setID(number).build();
    var services = life.get().services();
    new SimulatedCall<LeaseRevokeResponse>(
            world,
            life.get(),
            reply -> {
              boolean gone =
                  reply instanceof Reply.Success<?>
                      || (reply instanceof Reply.Refused<?> refused
                          && refused.code() == StatusCode.NOT_FOUND);
              if (gone) {
                world.count("leases given back");
                rent();
              } else {
                later(SECOND, this::begin);
              }
            })
        .begin(call -> services.revokeLease().handle(request, call, call));
  }

  private void later(long nanos, Runnable action) {
    world.timeline().plan(nanos, World.CLIENTS, action);
  }

  @Override
  public void changed(Change change) {
    if (!(change instanceof Change.Delete) || !keys().contains(Chronicle.text(change.key()))) {
      return;
    }
    var ended =
        world.chronicle().at(change.revision().main()).stream()
            .map(one -> Chronicle.text(one.key()))
            .toList();
    check(ended.containsAll(keys()), "its keys end one by one: %s", ended);
    if (!expected) {
      expected = true;
      long lived = world.timeline().now() - calledAt;
      check(lived >= ttl * (1 - DRIFT), "lease %d ended after %d of %d ns", number, lived, ttl);
      world.count("leases expired");
      later(0, () -> askEverybody(round));
    }
  }

  /** LE-once: whoever is asked after its end says that it is gone, or nothing. */
  private void askEverybody(int mine) {
    for (var member : world.members()) {
      member.life().filter(_ -> mine == round).ifPresent(life -> ask(life, mine));
    }
  }

  private void ask(MemberLife life, int mine) {
    var stream =
        new SimulatedStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>(
            world,
            life,
            1,
            answer -> {
              check(mine != round || answer.getTTL() <= 0, "%d lives after its end", number);
              world.count("leases asked for after their end");
            },
            () -> {});
    stream.open(world.planted().keepAlive(life.services().keepLeaseAlive()));
    stream.request(LeaseKeepAliveRequest.newBuilder().setID(number).build());
    later(ASKED_NANOS, stream::cancel);
  }

  @Override
  public boolean isUpToDate() {
    return world.chronicle().range("lease-", "lease.", world.chronicle().revision()).isEmpty();
  }

  @Override
  public String describe() {
    return name + " with lease " + number;
  }

  private void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new SimulationFailure("I20", name + ": " + message.formatted(arguments));
    }
  }
}
