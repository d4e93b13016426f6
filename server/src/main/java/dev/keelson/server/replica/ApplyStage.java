package dev.keelson.server.replica;

import dev.keelson.api.command.StateClaim;
import dev.keelson.raft.Entry;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.server.apply.ApplyLoop;
import dev.keelson.server.apply.ApplyMeasures;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.apply.ComparisonMeasures;
import dev.keelson.server.apply.LeaseChange;
import dev.keelson.server.apply.LeaseListener;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.apply.Quota;
import dev.keelson.server.apply.StateComparison;
import dev.keelson.server.apply.Upkeep;
import dev.keelson.server.time.Clock;
import dev.keelson.storage.mvcc.StateHash;
import dev.keelson.storage.work.Worker;
import java.util.List;
import java.util.Optional;

/** The state machine as the replica thread uses it; the applying is done by "keelson-apply". */
public final class ApplyStage implements ReplicaParts.StateMachine, AutoCloseable {
  private final ApplyLoop loop;
  private final LiveStore store;
  private final ReplicaInbox inbox;
  private final LeaseListener leases;
  private final StateComparison comparison;
  private final SnapshotInstallation installation;

  /** Puts an arrived snapshot in the place of the store. Called on the apply thread. */
  @FunctionalInterface
  public interface SnapshotInstallation {
    void install(SnapshotDescriptor snapshot);
  }

  /** Those who act on what is applied. */
  public record Followers(
      PendingProposals pending,
      Upkeep upkeep,
      Quota quota,
      LeaseListener leases,
      StateComparison comparison) {}

  /** Starts the worker. */
  public ApplyStage(
      LiveStore store,
      ReplicaInbox inbox,
      Followers followers,
      SnapshotInstallation installation,
      MemberFailure failure,
      Clock clock,
      Worker worker) {
    this.store = store;
    this.inbox = inbox;
    this.leases = followers.leases();
    this.comparison = followers.comparison();
    this.installation = installation;
    this.loop =
        new ApplyLoop(
            store, followers.quota(), new Results(inbox, followers, failure), clock, worker);
    loop.start();
  }

  @Override
  public void apply(List<Entry> committed) {
    loop.submit(committed);
  }

  @Override
  public void install(SnapshotDescriptor snapshot) {
    loop.execute(
        () -> {
          installation.install(snapshot);
          comparison.replaced();
          leases.replaced(store.current());
          inbox.snapshotInstalled(snapshot);
        });
  }

  public ApplyMeasures measures() {
    return loop.measures();
  }

  /** How this member's state compares with the others'. */
  public ComparisonMeasures comparison() {
    return comparison.measures();
  }

  /** Hand-overs of committed entries that wait to be applied. */
  public int queued() {
    return loop.queued();
  }

  @Override
  public void close() {
    loop.close();
  }

  private record Results(ReplicaInbox inbox, Followers followers, MemberFailure failure)
      implements ApplyLoop.Listener {
    @Override
    public boolean isAwaited(long requestId) {
      return followers.pending().isAwaited(requestId);
    }

    @Override
    public void leasesChanged(List<LeaseChange> changes) {
      followers.leases().changed(changes);
    }

    @Override
    public void completed(long requestId, ApplyResult result) {
      followers.pending().complete(requestId, result);
    }

    @Override
    public void termBegan(long term) {
      followers.pending().failOlderThan(term);
      followers.leases().termBegan(term);
    }

    @Override
    public void applied(LogPosition position, int entries, long bytes) {
      followers.upkeep().applied(entries, bytes);
      inbox.applied(position.index());
    }

    @Override
    public void stateTaken(long index, Optional<StateHash> hash) {
      followers.comparison().taken(index, hash);
    }

    @Override
    public void claimed(StateClaim claim) {
      followers.comparison().claimed(claim);
    }

    @Override
    public void failed(Throwable cause) {
      failure.memberFailed("keelson-apply", cause);
    }
  }
}
