package dev.keelson.client;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Leases. */
abstract class LeaseContract extends Contract {

  @Test
  void aGrantedLeaseHoldsKeysAndTakesThemAlongWhenItIsRevoked() {
    LeaseGrant lease = client.leases().grant(ofMinutes(10));
    client.kv().run(Put.of("a", "1").withLease(lease.id()));
    root().kv().run(Put.of("outside", "1").withLease(lease.id()));

    LeaseState state = client.leases().find(lease.id()).orElseThrow();

    assertThat(state.ttl()).isEqualTo(ofMinutes(10));
    assertThat(state.remaining()).isBetween(ofMinutes(5), ofMinutes(10));
    assertThat(state.keys()).containsExactly(Bytes.of("a"));
    assertThat(client.leases().list()).contains(lease.id());
    assertThat(client.kv().get("a").orElseThrow().lease()).isEqualTo(lease.id());
    assertThat(client.leases().revoke(lease.id())).isTrue();
    assertThat(client.leases().revoke(lease.id())).isFalse();
    assertThat(client.leases().find(lease.id())).isEmpty();
    assertThat(client.kv().get("a")).isEmpty();
    assertThat(root().kv().get("outside")).isEmpty();
  }

  @Test
  void aKeyCannotBePutUnderALeaseThatIsNot() {
    assertThatThrownBy(() -> client.kv().run(Put.of("a", "1").withLease(4711)))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> client.leases().keepExisting(4711))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void manyLeasesAreKeptAliveLongerThanTheyLiveAlone() {
    var ttl = ofSeconds(10);
    LeaseGrant alone = client.leases().grant(ttl);
    var leases = new ArrayList<KeptLease>();
    for (int i = 0; i < 50; i++) {
      leases.add(client.leases().keep(ttl));
    }
    LeaseGrant younger = client.leases().grant(ttl);

    await().atMost(ofSeconds(100)).until(() -> client.leases().find(younger.id()).isEmpty());

    await().atMost(ofSeconds(60)).until(() -> client.leases().find(alone.id()).isEmpty());
    assertThat(leases).allMatch(KeptLease::isAlive);
    assertThat(leases).allMatch(lease -> client.leases().find(lease.id()).isPresent());
    leases.forEach(KeptLease::close);
    assertThat(client.leases().list()).doesNotContain(leases.getLast().id());
    assertThat(leases).noneMatch(KeptLease::isAlive);
  }

  @Test
  void aLeaseThatSomeoneRevokesIsLostAndSaysSo() throws Exception {
    KeptLease lease = client.leases().keep(ofSeconds(6));
    assertThat(lease.isAlive()).isTrue();

    assertThat(client.leases().revoke(lease.id())).isTrue();

    var end = lease.ended().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(end).isIn(KeptLease.End.GONE, KeptLease.End.NOT_RENEWED);
    assertThat(lease.isAlive()).isFalse();
    assertThat(lease.remaining()).isZero();
  }

  @Test
  void closingALeaseGivesItBackAndIsNoLoss() throws Exception {
    KeptLease lease = client.leases().keep(ofSeconds(60));
    client.kv().run(Put.of("a", "1").withLease(lease.id()));

    lease.close();

    assertThat(client.kv().get("a")).isEmpty();
    assertThat(lease.ended().toCompletableFuture().get(60, TimeUnit.SECONDS))
        .isEqualTo(KeptLease.End.CLOSED);
  }

  @Test
  void aLeaseOfAnotherIsTakenOver() {
    LeaseGrant lease = client.leases().grant(ofSeconds(60));

    try (KeptLease kept = client.leases().keepExisting(lease.id())) {
      assertThat(kept.id()).isEqualTo(lease.id());
      await().atMost(ofSeconds(60)).until(kept::isAlive);
    }
    assertThat(client.leases().find(lease.id())).isEmpty();
  }

  @Test
  void aLeasedKeyIsPutAgainUnderANewLease() {
    Bytes key = Bytes.of("here");
    try (LeasedKey registered = client.leases().keepKey(key, Bytes.of("1"), ofSeconds(9))) {
      long first = client.kv().get(key).orElseThrow().lease();
      assertThat(registered.isRegistered()).isTrue();
      registered.update(Bytes.of("2"));
      assertThat(client.kv().get(key).orElseThrow().text()).isEqualTo("2");

      assertThat(client.leases().revoke(first)).isTrue();

      await()
          .atMost(ofSeconds(60))
          .until(() -> client.kv().get(key).filter(kv -> kv.lease() != first).isPresent());
      assertThat(client.kv().get(key).orElseThrow().text()).isEqualTo("2");
    }
    assertThat(client.kv().get(key)).isEmpty();
  }

  @Test
  void closingTheClientEndsItsLeasesHere() throws Exception {
    KeelsonClient own = KeelsonClient.builder().endpoints(store().endpoints()).build();
    KeptLease lease = own.leases().keep(ofSeconds(60));

    own.close();

    assertThat(lease.ended().toCompletableFuture().get(60, TimeUnit.SECONDS))
        .isEqualTo(KeptLease.End.CLIENT_CLOSED);
    assertThat(lease.isAlive()).isFalse();
  }
}
