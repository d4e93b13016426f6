package dev.keelson.client;

import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.api.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.api.etcdserverpb.LeaseStatus;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.keelson.api.status.EtcdError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Leases: keys put with one are deleted when it ends. Any number of them is kept alive over one
 * stream of the client. Granting and revoking may be repeated by the client, which chooses the ids,
 * without granting or revoking twice. Thread-safe.
 */
public final class Leases {
  private final Calls calls;
  private final LeaseKeeper keeper;
  private final Kv kv;
  private final Namespace namespace;

  Leases(Calls calls, LeaseKeeper keeper, Kv kv, Namespace namespace) {
    this.calls = calls;
    this.keeper = keeper;
    this.kv = kv;
    this.namespace = namespace;
  }

  /** A lease that nobody keeps alive: it ends when its time is over. */
  public LeaseGrant grant(Duration ttl) {
    long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    try {
      return calls.await(
          new Call<>(
              LeaseGrpc.getLeaseGrantMethod(),
              LeaseGrantRequest.newBuilder().setTTL(seconds(ttl)).setID(id).build(),
              CallKind.REPEATABLE_WRITE,
              calls.config().timing().call(),
              null,
              response -> new LeaseGrant(response.getID(), Duration.ofSeconds(response.getTTL()))));
    } catch (InvalidRequestException e) {
      if (!EtcdError.LEASE_EXIST.message().equals(e.getMessage())) {
        throw e;
      }
      // An earlier attempt at this grant had succeeded: nobody else draws the same id.
      return find(id).map(state -> new LeaseGrant(id, state.ttl())).orElseThrow(() -> e);
    }
  }

  /** Grants a lease and keeps it alive until it is closed, or lost. */
  public KeptLease keep(Duration ttl) {
    long asked = keeper.now();
    var lease = new KeptLease(keeper, this, grant(ttl), asked);
    keeper.keep(lease);
    return lease;
  }

  /** Keeps a lease alive that exists already. */
  public KeptLease keepExisting(long id) {
    long asked = keeper.now();
    LeaseState state = find(id).orElseThrow(() -> notFound(id));
    // It has no more than what remains until it is renewed for the first time.
    var lease =
        new KeptLease(
            keeper,
            this,
            new LeaseGrant(id, state.ttl()),
            asked - state.ttl().minus(state.remaining()).toNanos());
    keeper.keep(lease);
    return lease;
  }

  /**
   * Puts a key that is there as long as this process: under a lease that is kept alive, and put
   * again under another when that is lost, until it is closed.
   */
  public LeasedKey keepKey(Bytes key, Bytes value, Duration ttl) {
    return LeasedKey.register(this, kv, calls, key, value, ttl);
  }

  /** Ends the lease and deletes its keys, in one revision; false when there is no such lease. */
  public boolean revoke(long id) {
    try {
      return calls.await(
          new Call<>(
              LeaseGrpc.getLeaseRevokeMethod(),
              LeaseRevokeRequest.newBuilder().setID(id).build(),
              CallKind.REPEATABLE_WRITE,
              calls.config().timing().call(),
              null,
              response -> true));
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** The lease, with its keys; empty when there is none. */
  public Optional<LeaseState> find(long id) {
    return calls.await(
        new Call<>(
            LeaseGrpc.getLeaseTimeToLiveMethod(),
            LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(true).build(),
            CallKind.LINEARIZABLE_READ,
            calls.config().timing().call(),
            null,
            this::state));
  }

  /** The ids of all leases that the asked member knows. */
  public List<Long> list() {
    return calls.await(
        new Call<>(
            LeaseGrpc.getLeaseLeasesMethod(),
            LeaseLeasesRequest.getDefaultInstance(),
            CallKind.LOCAL_READ,
            calls.config().timing().call(),
            null,
            response -> response.getLeasesList().stream().map(LeaseStatus::getID).toList()));
  }

  private Optional<LeaseState> state(LeaseTimeToLiveResponse response) {
    if (response.getTTL() < 0) {
      return Optional.empty();
    }
    List<Bytes> keys =
        response.getKeysList().stream()
            .filter(namespace::holds)
            .map(namespace::inward)
            .sorted()
            .toList();
    return Optional.of(
        new LeaseState(
            response.getID(),
            Duration.ofSeconds(response.getGrantedTTL()),
            Duration.ofSeconds(response.getTTL()),
            keys));
  }

  private static long seconds(Duration ttl) {
    long seconds = ttl.plusNanos(999_999_999).toSeconds();
    if (seconds < 1) {
      throw new IllegalArgumentException("a lease of " + ttl);
    }
    return seconds;
  }

  private static NotFoundException notFound(long id) {
    return new NotFoundException(
        dev.keelson.api.status.StatusCode.NOT_FOUND, "no lease " + Long.toHexString(id));
  }
}
