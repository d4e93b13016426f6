package dev.keelson.chaos.simulation;

import dev.keelson.raft.Message;
import dev.keelson.storage.disk.FaultPlan;

/** A bug that is planted in every member of a run, to prove that the simulation finds it (2.7). */
interface Planted {
  Planted NOTHING = new Planted() {};

  /** What the member says instead. */
  default Message said(MemberLife by, Message message) {
    return message;
  }

  /** What becomes of the disk's operations while no other fault is under way. */
  default FaultPlan disk() {
    return FaultPlan.NONE;
  }
}
