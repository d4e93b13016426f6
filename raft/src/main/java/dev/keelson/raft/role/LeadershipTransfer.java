package dev.keelson.raft.role;

/** A hand-over of leadership under way, or none (dissertation 3.10). */
final class LeadershipTransfer {
  private long target;
  private int ticksLeft;

  boolean isRunning() {
    return target != 0;
  }

  boolean isTo(long member) {
    return target != 0 && target == member;
  }

  void begin(long newTarget, int ticks) {
    target = newTarget;
    ticksLeft = ticks;
  }

  /** If the target has not taken over by then, we go on. */
  void tick() {
    if (target != 0 && --ticksLeft <= 0) {
      abort();
    }
  }

  void abort() {
    target = 0;
  }
}
