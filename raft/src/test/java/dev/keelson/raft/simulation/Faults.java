package dev.keelson.raft.simulation;

import dev.keelson.raft.SeededRandom;

/**
 * What may go wrong in one run. Drawn by seed, and each kind often absent, because a run in which
 * everything fails rarely gets far enough to fail interestingly (swarm testing).
 *
 * @param snapshotEvery entries after which the log is cut
 */
public record Faults(
    double loss,
    double duplication,
    double heavyTail,
    long meanDelayMicros,
    long meanSyncMicros,
    double crashWeight,
    double partitionWeight,
    double pauseWeight,
    double transferWeight,
    double membershipWeight,
    long meanTroubleMicros,
    int snapshotEvery) {

  public static Faults draw(SeededRandom random) {
    return new Faults(
        random.chance(0.5) ? random.nextInt(20) / 100.0 : 0,
        random.chance(0.5) ? random.nextInt(30) / 100.0 : 0,
        random.chance(0.5) ? random.nextInt(10) / 100.0 : 0,
        200 + random.nextInt(10_000),
        100 + random.nextInt(20_000),
        random.chance(0.7) ? 1 : 0,
        random.chance(0.7) ? 1 : 0,
        random.chance(0.4) ? 1 : 0,
        random.chance(0.4) ? 1 : 0,
        0,
        50_000 + random.nextInt(400_000),
        random.chance(0.5) ? 1 + random.nextInt(40) : 1_000_000);
  }

  public Faults healed() {
    return new Faults(0, 0, 0, 500, 500, 0, 0, 0, 0, 0, 1_000_000, snapshotEvery);
  }

  /** The same, and the members change all the time. */
  public Faults withMembershipChanges(double weight) {
    return new Faults(
        loss,
        duplication,
        heavyTail,
        meanDelayMicros,
        meanSyncMicros,
        crashWeight,
        partitionWeight,
        pauseWeight,
        transferWeight,
        weight,
        meanTroubleMicros,
        snapshotEvery);
  }
}
