package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.raft.RaftStatus;
import dev.keelson.server.cluster.ServerIdentity;
import java.util.function.Supplier;

/** The header of every response: who answers, in which term, at which revision. */
final class ResponseHeaders {
  private final ServerIdentity identity;
  private final Supplier<RaftStatus> status;

  ResponseHeaders(ServerIdentity identity, Supplier<RaftStatus> status) {
    this.identity = identity;
    this.status = status;
  }

  ResponseHeader at(long revision) {
    return withoutRevision().setRevision(revision).build();
  }

  /** As of now. */
  long term() {
    return status.get().term();
  }

  /** As membership calls answer. */
  ResponseHeader.Builder withoutRevision() {
    return ResponseHeader.newBuilder()
        .setClusterId(identity.clusterId())
        .setMemberId(identity.memberId())
        .setRaftTerm(status.get().term());
  }
}
