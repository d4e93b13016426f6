package dev.keelson.raft.quorum;

/** One voter's word on a question. */
public enum Vote {
  YES,
  NO,
  MISSING
}
