package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.mvccpb.KeyValue;
import java.util.Optional;

/**
 * What taking a place in line came to.
 *
 * @param createRevision of the own key
 * @param firstRevision of the key that stands first
 * @param found the own key, if it stood there before
 */
record Standing(long createRevision, long firstRevision, Optional<KeyValue> found) {

  /** Reads the answer to {@link QueueKeys#stand}. */
  static Standing of(TxnResponse response) {
    long first = response.getResponses(1).getResponseRange().getKvs(0).getCreateRevision();
    if (response.getSucceeded()) {
      return new Standing(response.getHeader().getRevision(), first, Optional.empty());
    }
    var own = response.getResponses(0).getResponseRange().getKvs(0);
    return new Standing(own.getCreateRevision(), first, Optional.of(own));
  }

  boolean isFirst() {
    return createRevision == firstRevision;
  }
}
