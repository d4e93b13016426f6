package dev.keelson.server.replica;

import dev.keelson.raft.RaftStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what an operator cares about when the node's standing changes. */
final class StatusLog {
  private static final Logger log = LoggerFactory.getLogger(StatusLog.class);

  private StatusLog() {}

  static void changed(RaftStatus before, RaftStatus after) {
    if (before.leaderId() == after.leaderId() && before.term() == after.term()) {
      return;
    }
    if (after.isLeader()) {
      log.info("elected leader member={} term={}", hex(after.id()), after.term());
    } else if (after.hasLeader()) {
      log.info(
          "following leader member={} term={} lead={}",
          hex(after.id()),
          after.term(),
          hex(after.leaderId()));
    } else if (before.hasLeader()) {
      log.warn(
          "lost leader member={} term={} lead={}",
          hex(after.id()),
          after.term(),
          hex(before.leaderId()));
    }
  }

  private static String hex(long id) {
    return Long.toHexString(id);
  }
}
