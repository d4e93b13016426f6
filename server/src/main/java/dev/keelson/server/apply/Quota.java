package dev.keelson.server.apply;

/** How much this member may still store (data-plane.md section 9). Thread-safe; never blocks. */
public interface Quota {
  /**
   * Whether a write of this charge fits (Q1). If not, this member's NOSPACE alarm is on its way to
   * all members (Q2).
   *
   * @param charge by {@link Charge}; what is not charged always fits
   */
  boolean admits(long charge);

  /** In bytes, as Status tells it: negative if there is none. */
  long reportedBytes();
}
