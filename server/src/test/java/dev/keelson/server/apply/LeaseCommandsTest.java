package dev.keelson.server.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.command.Command;
import dev.keelson.api.command.LeaseCheckpoints;
import dev.keelson.api.command.LeaseCheckpoints.Checkpoint;
import dev.keelson.api.command.LeaseGrant;
import dev.keelson.api.command.LeaseRevocation;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.LogPosition;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.storage.mvcc.StoredLease;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the log does to leases: decisions that are too old do nothing. */
class LeaseCommandsTest {
  private static final long TERM = 3;
  private static final long LEASE = -7;

  private final TestStore test = new TestStore();
  private final Applier applier =
      new Applier(
          test.store,
          MemberRegister.create(test.store, new MemberTable(1, List.of())),
          AlarmRegister.load(test.store),
          AuthRegister.load(test.store));
  private long index = 10;

  private ApplyResult apply(long term, Command.Builder command) {
    var entry = new LogPosition(term, ++index);
    var result = applier.apply(command.build(), entry, true);
    test.store.commitBatch(entry);
    return result;
  }

  private ApplyResult grant(long id, long ttl) {
    var grant = LeaseGrant.newBuilder().setLeaseId(id).setTtlSeconds(ttl);
    return apply(TERM, Command.newBuilder().setLeaseGrant(grant));
  }

  private ApplyResult put(String key, long lease) {
    var put = PutRequest.newBuilder().setKey(TestStore.bytes(key)).setLease(lease);
    return apply(TERM, Command.newBuilder().setPut(put));
  }

  private ApplyResult revoke() {
    var revocation = LeaseRevocation.newBuilder().setLeaseId(LEASE);
    return apply(TERM, Command.newBuilder().setLeaseRevocation(revocation));
  }

  private ApplyResult expire(long decidedIn, long epoch, long appliedIn) {
    var expiry = LeaseRevocation.Expiry.newBuilder().setTerm(decidedIn).setEpoch(epoch);
    var revocation = LeaseRevocation.newBuilder().setLeaseId(LEASE).setExpiry(expiry);
    return apply(appliedIn, Command.newBuilder().setLeaseRevocation(revocation));
  }

  private void checkpoint(long term, long epoch, long remaining) {
    var checkpoint =
        Checkpoint.newBuilder().setLeaseId(LEASE).setEpoch(epoch).setRemainingSeconds(remaining);
    var checkpoints = LeaseCheckpoints.newBuilder().setTerm(term).addCheckpoints(checkpoint);
    apply(TERM, Command.newBuilder().setLeaseCheckpoints(checkpoints));
  }

  private StoredLease stored() {
    return test.store.lease(LEASE).orElseThrow();
  }

  @Test
  @Tag("L3")
  void anIdIsGrantedOnceUntilItIsRevoked() {
    assertThat(grant(LEASE, 60)).isEqualTo(new ApplyResult.LeaseDone(1));
    assertThat(grant(LEASE, 60)).isEqualTo(new ApplyResult.Refused(EtcdError.LEASE_EXIST));
    put("a", LEASE);
    revoke();

    assertThat(grant(LEASE, 30)).isEqualTo(new ApplyResult.LeaseDone(3));
    try (var view = test.store.openView()) {
      assertThat(view.attachedKeys(LEASE)).isEmpty();
    }
  }

  @Test
  @Tag("L4")
  @Tag("LE-keys")
  void aRevocationDeletesTheAttachedKeysInOneRevision() {
    grant(LEASE, 60);
    put("z", LEASE);
    put("a", LEASE);
    put("moved", LEASE);
    put("moved", 0);

    assertThat(revoke()).isEqualTo(new ApplyResult.LeaseDone(6));

    assertThat(test.get("a")).isEmpty();
    assertThat(test.get("z")).isEmpty();
    assertThat(test.get("moved")).isPresent();
    assertThat(revoke()).isEqualTo(new ApplyResult.Refused(EtcdError.LEASE_NOT_FOUND));
  }

  @Test
  @Tag("U5")
  void aPutNeedsALeaseThatExists() {
    assertThat(put("k", LEASE)).isEqualTo(new ApplyResult.Refused(EtcdError.LEASE_NOT_FOUND));
    grant(LEASE, 60);
    assertThat(put("k", LEASE)).isInstanceOf(ApplyResult.PutDone.class);
    revoke();
    assertThat(put("k", LEASE)).isEqualTo(new ApplyResult.Refused(EtcdError.LEASE_NOT_FOUND));
  }

  @Test
  @Tag("LE-epoch")
  void anExpiryOfAnotherTermDoesNothing() {
    grant(LEASE, 60);
    put("k", LEASE);
    long epoch = stored().epoch();

    expire(TERM, epoch, TERM + 1);
    assertThat(test.store.lease(LEASE)).isPresent();
    assertThat(test.get("k")).isPresent();

    expire(TERM + 1, epoch, TERM + 1);
    assertThat(test.store.lease(LEASE)).isEmpty();
    assertThat(test.get("k")).isEmpty();
  }

  @Test
  @Tag("LE-epoch")
  void anExpiryDoesNothingToALeaseThatTookTheIdAgain() {
    grant(LEASE, 60);
    long epoch = stored().epoch();
    revoke();
    grant(LEASE, 60);

    expire(TERM, epoch, TERM);

    assertThat(test.store.lease(LEASE)).isPresent();
  }

  @Test
  @Tag("LE-epoch")
  void anExpiryDoesNothingAfterARenewalHasTakenACheckpointBack() {
    grant(LEASE, 600);
    checkpoint(TERM, stored().epoch(), 200);
    long epoch = stored().epoch();
    checkpoint(TERM, 0, 0);

    expire(TERM, epoch, TERM);

    assertThat(stored().remainingSeconds()).isZero();
  }

  @Test
  @Tag("L14")
  void aCheckpointIsRecordedOnlyOnTheLeaseAsItsLeaderKnewIt() {
    grant(LEASE, 600);
    long epoch = stored().epoch();

    checkpoint(TERM - 1, epoch, 250);
    assertThat(stored().remainingSeconds()).isZero();
    checkpoint(TERM, epoch, 300);
    assertThat(stored().remainingSeconds()).isEqualTo(300);
    checkpoint(TERM, 0, 0);
    checkpoint(TERM, epoch, 200);
    assertThat(stored().remainingSeconds()).as("a late checkpoint").isZero();
    assertThat(test.store.revision()).as("no revision is used").isEqualTo(1);
  }

  @Test
  @Tag("DV-hash")
  void theContentHashFollowsLeases() {
    long empty = test.store.contentHash();
    grant(LEASE, 60);
    long granted = test.store.contentHash();
    revoke();

    assertThat(granted).isNotEqualTo(empty);
    assertThat(test.store.contentHash()).isEqualTo(empty);
  }

  @Test
  void whatHappenedIsToldInOrderAndOnce() {
    grant(LEASE, 60);
    var first = stored();
    revoke();
    grant(LEASE, 90);

    assertThat(applier.takeLeaseChanges())
        .containsExactly(
            new LeaseChange.Put(first),
            new LeaseChange.Removed(LEASE),
            new LeaseChange.Put(stored()));
    assertThat(applier.takeLeaseChanges()).isEmpty();
  }
}
