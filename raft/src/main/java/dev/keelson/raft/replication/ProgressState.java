package dev.keelson.raft.replication;

/** How the leader feeds a follower. */
public enum ProgressState {
  /** Where the logs part is not known: one append at a time. */
  PROBE,
  /** The follower takes what it is sent: appends go out ahead of its answers. */
  REPLICATE,
  /** The follower needs what the log no longer holds: nothing is sent until a snapshot is there. */
  SNAPSHOT
}
