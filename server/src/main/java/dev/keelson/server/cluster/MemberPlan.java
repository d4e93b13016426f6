package dev.keelson.server.cluster;

import dev.keelson.api.command.MemberChange;
import dev.keelson.api.command.MemberUrls;
import dev.keelson.api.status.EtcdError;
import java.util.List;
import java.util.Optional;

/** What a wish for other members comes to on one table (MB7, and the table of MB6). */
public sealed interface MemberPlan {
  /** Propose this; the table is what it will lead to. */
  record Propose(MemberChange change, MemberTable next) implements MemberPlan {}

  /** An earlier attempt of the same call came through, though its answer did not. */
  record Done(MemberTable table) implements MemberPlan {}

  /** It cannot be. */
  record Refuse(EtcdError error) implements MemberPlan {}

  /** A wish of an operator: the same call on the table of the moment. */
  sealed interface Wish {
    /** What stands against it before anybody is asked. */
    Optional<EtcdError> refusal(MemberTable table, ReconfigurationRules rules);

    /**
     * The plan.
     *
     * @param again whether an earlier attempt of this call may have come through
     */
    MemberPlan on(MemberTable table, ReconfigurationRules rules, boolean again);
  }

  /** Adds a member that has not started. */
  record Add(Member member) implements Wish {
    @Override
    public Optional<EtcdError> refusal(MemberTable table, ReconfigurationRules rules) {
      return table.find(member.id()).isPresent()
          ? Optional.empty()
          : rules.refuseAdd(table, member.learner());
    }

    @Override
    public MemberPlan on(MemberTable table, ReconfigurationRules rules, boolean again) {
      if (table.isRemoved(member.id())) {
        return new Refuse(EtcdError.MEMBER_NOT_FOUND);
      }
      if (table.find(member.id()).isPresent()) {
        return again ? new Done(table) : new Refuse(EtcdError.MEMBER_EXIST);
      }
      if (table.isTaken(member.peerUrls(), member.id())) {
        return new Refuse(EtcdError.PEER_URL_EXIST);
      }
      if (member.learner() && table.learners().size() >= rules.maxLearners()) {
        return new Refuse(EtcdError.TOO_MANY_LEARNERS);
      }
      return new Propose(
          MemberChange.newBuilder().setAdd(MemberTableCodec.encode(member)).build(),
          table.with(member));
    }
  }

  /** Removes a member for ever. */
  record Remove(long id) implements Wish {
    @Override
    public Optional<EtcdError> refusal(MemberTable table, ReconfigurationRules rules) {
      return table.isRemoved(id) ? Optional.empty() : rules.refuseRemove(table, id);
    }

    @Override
    public MemberPlan on(MemberTable table, ReconfigurationRules rules, boolean again) {
      if (table.find(id).isEmpty()) {
        return again && table.isRemoved(id)
            ? new Done(table)
            : new Refuse(EtcdError.MEMBER_NOT_FOUND);
      }
      return new Propose(MemberChange.newBuilder().setRemove(id).build(), table.without(id));
    }
  }

  /** Makes a learner a voter. Whether it holds enough of the log, only the leader knows (MB10). */
  record Promote(long id) implements Wish {
    @Override
    public Optional<EtcdError> refusal(MemberTable table, ReconfigurationRules rules) {
      return table.find(id).filter(Member::learner).isEmpty()
          ? Optional.empty()
          : rules.refusePromote(table);
    }

    @Override
    public MemberPlan on(MemberTable table, ReconfigurationRules rules, boolean again) {
      var member = table.find(id);
      if (member.isEmpty()) {
        return new Refuse(EtcdError.MEMBER_NOT_FOUND);
      }
      if (!member.get().learner()) {
        return again ? new Done(table) : new Refuse(EtcdError.MEMBER_NOT_LEARNER);
      }
      return new Propose(
          MemberChange.newBuilder().setPromote(id).build(), table.with(member.get().asVoter()));
    }
  }

  /** Gives a member other addresses. */
  record Update(long id, List<String> peerUrls) implements Wish {
    public Update {
      peerUrls = List.copyOf(peerUrls);
    }

    @Override
    public Optional<EtcdError> refusal(MemberTable table, ReconfigurationRules rules) {
      return Optional.empty();
    }

    @Override
    public MemberPlan on(MemberTable table, ReconfigurationRules rules, boolean again) {
      var member = table.find(id);
      if (member.isEmpty()) {
        return new Refuse(EtcdError.MEMBER_NOT_FOUND);
      }
      if (table.isTaken(peerUrls, id)) {
        return new Refuse(EtcdError.PEER_URL_EXIST);
      }
      var urls = MemberUrls.newBuilder().setMemberId(id).addAllPeerUrls(peerUrls);
      return new Propose(
          MemberChange.newBuilder().setUpdate(urls).build(),
          table.with(member.get().withPeerUrls(peerUrls)));
    }
  }
}
