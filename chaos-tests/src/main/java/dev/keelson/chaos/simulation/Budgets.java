package dev.keelson.chaos.simulation;

import dev.keelson.server.replica.ReplicaLimits;
import java.util.ArrayList;
import java.util.List;

/** What a member may hold for others: never more than its bounds (I22), and nothing in the end. */
final class Budgets {
  private static final int MAX_INFLIGHT_APPENDS = 256;

  private Budgets() {}

  /** I22, by the bounds that the member was given. */
  static void check(MemberLife life) {
    var core = life.core();
    var timing = life.member().config().timing();
    var limits = ReplicaLimits.of(timing.heartbeatIntervalMillis(), timing.electionTimeoutMillis());
    var depth = core.replica().depth();
    bound(life, "messages", depth.messages(), limits.maxQueuedMessages());
    bound(life, "queued reads", depth.reads(), limits.maxQueuedReads());
    bound(life, "pending proposals", core.stages().pending().size(), limits.maxPendingProposals());
    bound(life, "queued proposals", depth.proposals(), limits.maxPendingProposals());
    var bounds = life.member().watchLimits();
    var watches = core.watch().stats();
    bound(life, "watchers", watches.watchers(), bounds.maxWatchers());
    bound(life, "bytes for watchers", watches.waitingBytes(), bounds.maxWaitingBytes());
    for (var peer : core.progress()) {
      bound(life, "appends under way", peer.inflightAppends(), MAX_INFLIGHT_APPENDS);
    }
  }

  private static void bound(MemberLife life, String what, long there, long most) {
    if (there > most) {
      throw new SimulationFailure(
          "I22",
          "%s has %d %s, the bound is %d".formatted(life.member().name(), there, what, most));
    }
  }

  /** What is still held of clients that have gone (I26). */
  static List<String> leftIn(MemberLife life) {
    var core = life.core();
    var found = new ArrayList<String>();
    var watches = core.watch().stats();
    left(found, life, "watch streams", watches.streams());
    left(found, life, "watchers", watches.watchers());
    left(found, life, "bytes for watchers", watches.waitingBytes());
    left(found, life, "leases", core.leases().stats().leases());
    left(found, life, "pending proposals", core.stages().pending().size());
    var depth = core.replica().depth();
    left(found, life, "queued proposals", depth.proposals());
    left(found, life, "queued reads", depth.reads());
    return found;
  }

  private static void left(List<String> found, MemberLife life, String what, long there) {
    if (there != 0) {
      found.add("%s still has %d %s".formatted(life.member().name(), there, what));
    }
  }
}
