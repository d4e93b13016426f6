package dev.keelson.chaos.history;

/** One record of a history. */
public sealed interface Item
    permits Operation,
        WatchOpened,
        WatchMessage,
        WatchClosed,
        Fault,
        Item.MemberStarted,
        Item.Mark {

  /** Where on the timeline of the run it begins. */
  long nanos();

  /** A member's process was started, so that connections to the one before are gone. */
  record MemberStarted(int member, long nanos) implements Item {}

  /** A moment of the run. */
  record Mark(Moment moment, long nanos) implements Item {}

  /** The parts of a run. */
  enum Moment {
    WORK_STARTED,
    FAULTS_STARTED,
    /** The last fault is over. */
    HEALED,
    WORK_ENDED
  }
}
