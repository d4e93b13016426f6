package dev.keelson.server.apply;

import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.storage.mvcc.KeyValue;
import java.util.List;

/** What a command returned. The same on every member, and no more than its client asked for. */
public sealed interface ApplyResult {

  /**
   * A put.
   *
   * @param previous the key before, if it was asked for and existed
   */
  record PutDone(long revision, List<KeyValue> previous) implements ApplyResult {
    public PutDone {
      previous = List.copyOf(previous);
    }
  }

  /**
   * A delete of a range.
   *
   * @param previous the deleted keys in key order, if asked for
   */
  record DeleteDone(long revision, long deleted, List<KeyValue> previous) implements ApplyResult {
    public DeleteDone {
      previous = List.copyOf(previous);
    }
  }

  /**
   * A transaction.
   *
   * @param response whole but for the outer header
   */
  record TxnDone(long revision, TxnResponse response) implements ApplyResult {}

  /** A compaction, in force; its keys are not removed yet. */
  record CompactionDone(long revision) implements ApplyResult {}

  /** A lease was granted, revoked or checkpointed; or it was not, as the decision was too old. */
  record LeaseDone(long revision) implements ApplyResult {}

  /** The member's attributes are known to all. */
  record MemberPublished() implements ApplyResult {}

  /**
   * An alarm request.
   *
   * @param alarms those it found, raised or ended
   */
  record AlarmDone(long revision, List<AlarmMember> alarms) implements ApplyResult {
    public AlarmDone {
      alarms = List.copyOf(alarms);
    }
  }

  /** A change of the members has taken effect. */
  record MembersChanged(MemberTable table) implements ApplyResult {}

  /** What a member says of its state was heard; nothing has changed. */
  record ClaimNoted() implements ApplyResult {}

  /** A change of users and roles, or none that was needed. */
  record AuthDone(long revision) implements ApplyResult {}

  /** A token exists. */
  record LoggedIn(long revision, String token) implements ApplyResult {}

  /** The users have changed since the password was checked: it has to be checked again (AU28). */
  record LoginOutdated() implements ApplyResult {}

  /** The command changed nothing, but for a write that filled this member's quota (Q6). */
  record Refused(EtcdError error) implements ApplyResult {}
}
