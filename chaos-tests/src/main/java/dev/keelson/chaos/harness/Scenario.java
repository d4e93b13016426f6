package dev.keelson.chaos.harness;

import dev.keelson.chaos.checkers.LeaseChecker;
import dev.keelson.chaos.nemesis.FaultKind;
import dev.keelson.chaos.workload.BankWorkload;
import dev.keelson.chaos.workload.HistoryWorkload;
import dev.keelson.chaos.workload.LeaseWorkload;
import dev.keelson.chaos.workload.ListWorkload;
import dev.keelson.chaos.workload.LockWorkload;
import dev.keelson.chaos.workload.RegisterWorkload;
import dev.keelson.chaos.workload.Workload;
import java.time.Duration;
import java.util.List;

/**
 * What clients do while what is broken.
 *
 * @param clients how many of them
 * @param flags of the members, in etcd's names
 */
public record Scenario(
    Workload workload, List<FaultKind> faults, int members, int clients, List<String> flags) {
  /** Small logs and files, so that a short run sees snapshots too. */
  private static final List<String> SHORT_MEMORY =
      List.of("--snapshot-count=500", "--heartbeat-interval=100", "--election-timeout=1000");

  /** Several members and all clients share few cores: an expiry may be seen somewhat later. */
  private static final LeaseChecker.Bounds ON_A_SHARED_MACHINE =
      new LeaseChecker.Bounds(0.01, Duration.ofSeconds(15), Duration.ofSeconds(3));

  public Scenario {
    faults = List.copyOf(faults);
    flags = List.copyOf(flags);
  }

  public String name() {
    return workload.name();
  }

  public boolean leaderMoves() {
    return faults.stream().allMatch(FaultKind::movesLeader);
  }

  public static List<Scenario> all() {
    return List.of(
        of(new RegisterWorkload(), List.of(FaultKind.values())),
        of(
            ListWorkload.set(),
            List.of(FaultKind.KILL_LEADER, FaultKind.KILL_ALL, FaultKind.STOP_LEADER)),
        of(
            ListWorkload.append(),
            List.of(
                FaultKind.ISOLATE_LEADER,
                FaultKind.DEAFEN_LEADER,
                FaultKind.MUTE_LEADER,
                FaultKind.BRIDGE)),
        of(
            new BankWorkload(),
            List.of(
                FaultKind.PAUSE_LEADER,
                FaultKind.PAUSE_FOLLOWER,
                FaultKind.SLOW_LINKS,
                FaultKind.NARROW_LINKS)),
        of(
            new HistoryWorkload(),
            List.of(
                FaultKind.REPLACE_FOLLOWER,
                FaultKind.KILL_FOLLOWER,
                FaultKind.ISOLATE_FOLLOWER,
                FaultKind.RESTART_STORM)),
        of(
            new LeaseWorkload(ON_A_SHARED_MACHINE),
            List.of(FaultKind.PAUSE_LEADER, FaultKind.KILL_LEADER, FaultKind.ISOLATE_LEADER)),
        of(
            new LockWorkload(),
            List.of(FaultKind.KILL_LEADER, FaultKind.PAUSE_LEADER, FaultKind.ROLLING_RESTART)));
  }

  private static Scenario of(Workload workload, List<FaultKind> faults) {
    return new Scenario(workload, faults, 3, 8, SHORT_MEMORY);
  }
}
