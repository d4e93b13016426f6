package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.storage.mvcc.Change;

/**
 * Holds a lease with a key, keeps it alive for a while and then lets it go: it must not end early
 * (LE-min, I20), and in the end it must (LE-max).
 */
final class LeaseClient implements Client {
  private static final long SECOND = 1_000_000_000;
  private static final double DRIFT = 0.02;
  private static final int TTL_SECONDS = 3;

  private final World world;
  private final Chance chance;
  private final String name;
  private int round;
  private long lease;
  private long ttl;
  private long aliveFrom;
  private long putRevision;
  private boolean tried;

  LeaseClient(World world, Chance chance, String name) {
    this.world = world;
    this.chance = chance;
    this.name = name;
  }

  @Override
  public void begin() {
    if (world.faultsAreOver()) {
      return;
    }
    lease = 0;
    putRevision = 0;
    round++;
    var life = chance.oneOf(world.members()).life();
    if (life.isEmpty()) {
      later(SECOND, this::begin);
      return;
    }
    long calledAt = world.timeline().now();
    var request = LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build();
    var services = life.get().services();
    new SimulatedCall<LeaseGrantResponse>(
            world,
            life.get(),
            reply -> {
              if (reply instanceof Reply.Success<LeaseGrantResponse>(var granted)) {
                lease = granted.getID();
                ttl = granted.getTTL() * SECOND;
                aliveFrom = calledAt;
                attach();
              } else {
                later(SECOND, this::begin);
              }
            })
        .begin(call -> services.grantLease().handle(request, call, call));
  }

  private String key() {
    return "lease-" + name + "-" + round;
  }

  private void attach() {
    var life = chance.oneOf(world.members()).life();
    if (life.isEmpty()) {
      later(SECOND, this::begin);
      return;
    }
    var request =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key()))
            .setValue(ByteString.copyFromUtf8(key()))
            .setLease(lease)
            .build();
    var services = life.get().services();
    tried = true;
    new SimulatedCall<PutResponse>(
            world,
            life.get(),
            reply -> {
              if (reply instanceof Reply.Success<PutResponse>(var put)) {
                putRevision = put.getHeader().getRevision();
                world.chronicle().told(putRevision);
                world.count("leases with a key");
                keepAlive(round, chance.between(0, 6));
              } else {
                later(SECOND, this::begin);
              }
            })
        .begin(call -> services.put().handle(request, call, call));
  }

  private void keepAlive(int mine, int times) {
    if (mine != round) {
      return;
    }
    if (times == 0) {
      later(ttl * 4, this::begin);
      return;
    }
    var life = chance.oneOf(world.members()).life();
    life.ifPresent(
        there -> {
          long calledAt = world.timeline().now();
          var stream =
              new SimulatedStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>(
                  world,
                  there,
                  4,
                  answer -> {
                    if (mine == round && answer.getID() == lease && answer.getTTL() > 0) {
                      world.count("leases renewed");
                      aliveFrom = Math.max(aliveFrom, calledAt);
                    }
                  },
                  () -> {});
          stream.open(world.planted().keepAlive(there.services().keepLeaseAlive()));
          stream.request(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
          later(2 * SECOND, stream::cancel);
        });
    later(SECOND, () -> keepAlive(mine, times - 1));
  }

  private void later(long nanos, Runnable action) {
    world.timeline().plan(nanos, World.CLIENTS, action);
  }

  @Override
  public void changed(Change change) {
    if (change instanceof Change.Delete
        && putRevision > 0
        && Chronicle.text(change.key()).equals(key())) {
      long lived = world.timeline().now() - aliveFrom;
      if (lived < ttl * (1 - DRIFT)) {
        throw new SimulationFailure(
            "I20", "%s: lease %x ended after %d of %d ns".formatted(name, lease, lived, ttl));
      }
      world.count("leases expired");
      putRevision = 0;
    }
  }

  @Override
  public boolean isUpToDate() {
    return !tried
        || world.chronicle().range("lease-", "lease.", world.chronicle().revision()).isEmpty();
  }

  @Override
  public String describe() {
    return name + " with lease " + Long.toHexString(lease);
  }
}
