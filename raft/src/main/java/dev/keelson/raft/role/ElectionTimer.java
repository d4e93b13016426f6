package dev.keelson.raft.role;

import dev.keelson.raft.RandomSource;

/**
 * Counts the ticks without a leader. The wait is drawn anew for every attempt, so that split votes
 * do not repeat (Raft 5.2).
 *
 * <p>A member that has seen no leader since it started waits much shorter: in a new group nobody
 * leads, and if somebody does, pre-vote keeps the haste from doing harm.
 */
final class ElectionTimer {
  private static final int SHORTEST_WAIT_TICKS = 2;

  private final int electionTicks;
  private final RandomSource random;
  private boolean leaderSeen;
  private int waitTicks;
  private int elapsedTicks;
  private int ticksSinceLeader;

  ElectionTimer(int electionTicks, RandomSource random) {
    this.electionTicks = electionTicks;
    this.random = random;
    this.ticksSinceLeader = electionTicks;
    draw();
  }

  /** Draws a new wait and starts it. */
  void draw() {
    int shortest = leaderSeen ? electionTicks : SHORTEST_WAIT_TICKS;
    int span = leaderSeen ? electionTicks : electionTicks / 2 - SHORTEST_WAIT_TICKS + 1;
    waitTicks = shortest + random.nextInt(Math.max(1, span));
    elapsedTicks = 0;
  }

  /** Starts the wait again, as after giving a vote. */
  void restart() {
    elapsedTicks = 0;
  }

  void leaderHeard() {
    ticksSinceLeader = 0;
    elapsedTicks = 0;
    if (!leaderSeen) {
      leaderSeen = true;
      draw();
    }
  }

  void tick() {
    elapsedTicks++;
    ticksSinceLeader++;
  }

  boolean isOver() {
    return elapsedTicks >= waitTicks;
  }

  /** Within this time no other leader can have been elected by members that have one. */
  boolean heardLeaderRecently() {
    return ticksSinceLeader < electionTicks;
  }
}
