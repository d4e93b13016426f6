package dev.keelson.server.metrics;

import dev.keelson.server.apply.LiveStore;
import dev.keelson.server.apply.Quota;
import dev.keelson.server.apply.Upkeep;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.http.HealthMeasures;
import dev.keelson.server.lease.LeaseStats;
import dev.keelson.server.replica.ApplyStage;
import dev.keelson.server.replica.PendingProposals;
import dev.keelson.server.replica.ReplicaInbox;
import dev.keelson.server.replica.ReplicaLoop;
import dev.keelson.server.replica.WalStage;
import dev.keelson.server.rpc.CallMeasures;
import dev.keelson.server.scrub.Scrub;
import dev.keelson.server.transport.PeerStats;
import dev.keelson.server.watch.WatchStats;
import dev.keelson.server.watchdog.Standstill;
import java.util.List;
import java.util.function.Supplier;

/** Whose numbers are told. All of it may be asked from any thread while the member runs. */
public record MetricSources(
    ServerIdentity identity,
    Stages stages,
    LiveStore store,
    Quota quota,
    Supplier<LeaseStats> leases,
    Supplier<WatchStats> watches,
    Supplier<List<PeerStats>> peers,
    CallMeasures calls,
    HealthMeasures health,
    Supplier<List<Standstill>> standstills,
    Scrub scrub) {
  /** The stages that a write passes. */
  public record Stages(
      ReplicaInbox inbox,
      PendingProposals pending,
      ReplicaLoop replica,
      WalStage wal,
      ApplyStage apply,
      Upkeep upkeep) {}
}
