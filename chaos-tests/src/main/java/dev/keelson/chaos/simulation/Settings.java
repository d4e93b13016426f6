package dev.keelson.chaos.simulation;

import java.util.EnumMap;
import java.util.Map;

/**
 * What a seed draws before anything else (swarm): sizes, thresholds, speeds, and which faults exist
 * at all. Tiny limits make rare paths common.
 */
record Settings(
    int voters,
    Sizes sizes,
    Speeds speeds,
    Map<Fault.Kind, Double> faultsPerSecond,
    Load load,
    long horizonNanos) {

  /**
   * Bounds of the members.
   *
   * @param snapshotCount applied entries between flushes
   * @param catchupEntries kept behind a flush for those that are late
   */
  record Sizes(
      int segmentBytes,
      int allocationBytes,
      long walTailBytes,
      long snapshotCount,
      long catchupEntries,
      int watchStreamDeliveries,
      int scanRevisions,
      int scanChanges,
      int compactionBatch) {}

  /** Mean delays, nanoseconds. */
  record Speeds(long networkNanos, long syncNanos, long threadNanos, double drop, double twice) {}

  /**
   * Who asks for what.
   *
   * @param changeNanos between changes of the members; 0 if there are none
   * @param patienceNanos that clients have on average; 0 if they wait as long as real ones do
   * @param quotaBytes of each member; 0 if nobody looks at it
   * @param authNanos between changes of users' rights; 0 if there are no users
   */
  record Load(
      int keys,
      int writers,
      int watchers,
      int leaseHolders,
      long thinkNanos,
      double compactions,
      long changeNanos,
      long patienceNanos,
      long quotaBytes,
      long authNanos) {

    Load withClients(int writing, int watching, int holding) {
      return new Load(
          keys,
          writing,
          watching,
          holding,
          thinkNanos,
          compactions,
          changeNanos,
          patienceNanos,
          quotaBytes,
          authNanos);
    }

    Load withThought(long nanos, int of, double compacting) {
      return new Load(
          of,
          writers,
          watchers,
          leaseHolders,
          nanos,
          compacting,
          changeNanos,
          patienceNanos,
          quotaBytes,
          authNanos);
    }

    /** With none but these of what only some runs have; 0 for what there is not. */
    Load withOnly(long changes, long patience, long quota, long auth) {
      return new Load(
          keys,
          writers,
          watchers,
          leaseHolders,
          thinkNanos,
          compactions,
          changes,
          patience,
          quota,
          auth);
    }
  }

  Settings with(Load other) {
    return new Settings(voters, sizes, speeds, faultsPerSecond, other, horizonNanos);
  }

  Settings with(Speeds other) {
    return new Settings(voters, sizes, other, faultsPerSecond, load, horizonNanos);
  }

  Settings with(Sizes other) {
    return new Settings(voters, other, speeds, faultsPerSecond, load, horizonNanos);
  }

  Settings withVoters(int count) {
    return new Settings(count, sizes, speeds, faultsPerSecond, load, horizonNanos);
  }

  static Settings draw(Chance chance, long horizonNanos) {
    int[] clusterSizes = {1, 3, 3, 3, 3, 5, 5, 2, 4, 7};
    var faults = new EnumMap<Fault.Kind, Double>(Fault.Kind.class);
    for (var kind : Fault.Kind.FIRST) {
      if (chance.happens(0.5)) {
        faults.put(kind, chance.between(2, 40) / 100.0);
      }
    }
    var sizes = drawSizes(chance);
    boolean lossy = chance.happens(0.5);
    var speeds =
        new Speeds(
            chance.magnitude(50_000, 30_000_000),
            chance.magnitude(50_000, 30_000_000),
            chance.magnitude(2_000, 2_000_000),
            lossy ? chance.between(0, 300) / 1_000.0 : 0,
            lossy ? chance.between(0, 500) / 1_000.0 : 0);
    var load =
        new Load(
            chance.between(1, 30),
            chance.between(1, 6),
            chance.between(0, 5),
            chance.between(0, 3),
            chance.magnitude(1_000_000, 300_000_000),
            chance.happens(0.5) ? chance.between(1, 10) / 100.0 : 0,
            chance.happens(0.5) ? chance.magnitude(30_000_000, 2_000_000_000) : 0,
            0,
            0,
            0);
    int voters = clusterSizes[chance.nextInt(clusterSizes.length)];
    // Drawn last, so that the other draws of a seed are as they were before there was this.
    if (chance.happens(0.5)) {
      faults.put(Fault.Kind.DISK_ERROR, chance.between(2, 40) / 100.0);
    }
    for (var kind : Fault.Kind.LATER) {
      if (chance.happens(0.2)) {
        faults.put(kind, chance.between(2, 40) / 100.0);
      }
    }
    var all =
        load.withOnly(
            load.changeNanos(),
            chance.happens(0.2) ? chance.magnitude(1_000_000, 3_000_000_000L) : 0,
            chance.happens(0.2) ? chance.magnitude(30_000, 300_000) : 0,
            chance.happens(0.2) ? chance.magnitude(100_000_000, 3_000_000_000L) : 0);
    return new Settings(voters, sizes, speeds, faults, all, horizonNanos);
  }

  private static Sizes drawSizes(Chance chance) {
    return new Sizes(
        chance.happens(0.5) ? 4 << 10 : 1 << chance.between(12, 18),
        512 << chance.between(0, 3),
        chance.magnitude(1, 100_000),
        chance.magnitude(1, 1_000),
        chance.magnitude(1, 1_000),
        chance.between(1, 64),
        chance.between(1, 50),
        chance.between(1, 200),
        chance.between(1, 50));
  }
}
