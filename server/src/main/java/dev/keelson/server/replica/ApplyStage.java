package dev.keelson.server.replica;

import dev.keelson.raft.Entry;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.server.apply.ApplyLoop;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.apply.Quota;
import dev.keelson.server.apply.Upkeep;
import dev.keelson.server.time.Clock;
import java.util.List;

/** The state machine as the replica thread uses it; the applying is done by "keelson-apply". */
public final class ApplyStage implements ReplicaParts.StateMachine, AutoCloseable {
  private final ApplyLoop loop;
  private final ReplicaInbox inbox;
  private final SnapshotInstallation installation;

  /** Puts an arrived snapshot in the place of the store. Called on the apply thread. */
  @FunctionalInterface
  public interface SnapshotInstallation {
    void install(SnapshotDescriptor snapshot);
  }

  /** Those who act on what is applied. */
  public record Followers(PendingProposals pending, Upkeep upkeep, Quota quota) {}

  /** Starts the thread. */
  public ApplyStage(
      LiveStore store,
      ReplicaInbox inbox,
      Followers followers,
      SnapshotInstallation installation,
      MemberFailure failure,
      Clock clock) {
    this.inbox = inbox;
    this.installation = installation;
    // No lease can be granted yet, so none exists (U5).
    this.loop =
        new ApplyLoop(
            store,
            _ -> false,
            followers.quota,
            new Results(inbox, followers.pending, followers.upkeep, failure),
            clock);
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
          inbox.snapshotInstalled(snapshot);
        });
  }

  @Override
  public void close() {
    loop.close();
  }

  private record Results(
      ReplicaInbox inbox, PendingProposals pending, Upkeep upkeep, MemberFailure failure)
      implements ApplyLoop.Listener {
    @Override
    public boolean isAwaited(long requestId) {
      return pending.isAwaited(requestId);
    }

    @Override
    public void completed(long requestId, ApplyResult result) {
      pending.complete(requestId, result);
    }

    @Override
    public void termBegan(long term) {
      pending.failOlderThan(term);
    }

    @Override
    public void applied(LogPosition position, int entries, long bytes) {
      upkeep.applied(entries, bytes);
      inbox.applied(position.index());
    }

    @Override
    public void failed(Throwable cause) {
      failure.memberFailed("keelson-apply", cause);
    }
  }
}
