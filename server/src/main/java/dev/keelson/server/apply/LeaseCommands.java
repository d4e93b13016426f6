package dev.keelson.server.apply;

import dev.keelson.api.command.LeaseCheckpoints;
import dev.keelson.api.command.LeaseGrant;
import dev.keelson.api.command.LeaseRevocation;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.StoredLease;
import java.util.ArrayList;
import java.util.List;

/** The commands about leases. Whether a time is over was decided elsewhere: there is no clock. */
final class LeaseCommands {
  private final MvccStore store;
  private final List<LeaseChange> changes = new ArrayList<>();

  LeaseCommands(MvccStore store) {
    this.store = store;
  }

  /** U5. */
  boolean exists(long id) {
    return store.lease(id).isPresent();
  }

  ApplyResult grant(LeaseGrant request, LogPosition entry) {
    if (exists(request.getLeaseId())) {
      return new ApplyResult.Refused(EtcdError.LEASE_EXIST); // L3
    }
    put(new StoredLease(request.getLeaseId(), request.getTtlSeconds(), 0, entry.index()));
    return new ApplyResult.LeaseDone(store.begin().commit());
  }

  ApplyResult revoke(LeaseRevocation request, LogPosition entry) {
    var lease = store.lease(request.getLeaseId());
    if (lease.isEmpty()) {
      return new ApplyResult.Refused(EtcdError.LEASE_NOT_FOUND); // L4
    }
    if (request.hasExpiry() && !isInForce(request.getExpiry(), lease.get(), entry)) {
      return new ApplyResult.LeaseDone(store.begin().commit());
    }
    var txn = store.begin();
    txn.deleteAttached(lease.get().id());
    store.deleteLease(lease.get());
    changes.add(new LeaseChange.Removed(lease.get().id()));
    return new ApplyResult.LeaseDone(txn.commit());
  }

  /** LE-epoch: nobody else has become leader since, nor has the lease become another. */
  private static boolean isInForce(
      LeaseRevocation.Expiry expiry, StoredLease lease, LogPosition entry) {
    return expiry.getTerm() == entry.term() && expiry.getEpoch() == lease.epoch();
  }

  ApplyResult checkpoint(LeaseCheckpoints request, LogPosition entry) {
    if (request.getTerm() == entry.term()) {
      for (var checkpoint : request.getCheckpointsList()) {
        store.lease(checkpoint.getLeaseId()).ifPresent(old -> checkpoint(checkpoint, old, entry));
      }
    }
    return new ApplyResult.LeaseDone(store.begin().commit());
  }

  /** A renewal takes every record back; a record yields to a renewal that it does not know of. */
  private void checkpoint(
      LeaseCheckpoints.Checkpoint checkpoint, StoredLease old, LogPosition entry) {
    long remaining = checkpoint.getRemainingSeconds();
    if (remaining == 0 || checkpoint.getEpoch() == old.epoch()) {
      put(new StoredLease(old.id(), old.ttlSeconds(), remaining, entry.index()));
    }
  }

  private void put(StoredLease lease) {
    store.putLease(lease);
    changes.add(new LeaseChange.Put(lease));
  }

  /** What happened since the last call. */
  List<LeaseChange> takeChanges() {
    if (changes.isEmpty()) {
      return List.of();
    }
    var taken = List.copyOf(changes);
    changes.clear();
    return taken;
  }
}
