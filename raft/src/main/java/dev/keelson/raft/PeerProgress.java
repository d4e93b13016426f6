package dev.keelson.raft;

import dev.keelson.raft.replication.ProgressState;

/**
 * What the leader knows of a member, for metrics and for deciding how much log to keep.
 *
 * @param matchIndex what the member certainly holds, durably
 * @param nextIndex what it is sent next
 * @param inflightAppends append requests it has not answered yet
 * @param recentlyActive whether it answered anything since the last check of the quorum
 */
public record PeerProgress(
    long id,
    ProgressState state,
    long matchIndex,
    long nextIndex,
    int inflightAppends,
    boolean recentlyActive) {}
