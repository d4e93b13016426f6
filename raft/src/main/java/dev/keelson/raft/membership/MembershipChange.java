package dev.keelson.raft.membership;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Invariant;
import java.util.ArrayList;
import java.util.List;

/**
 * Another membership that somebody wants. Any number of members may come, go and become voters at
 * once; a voter cannot become a learner.
 *
 * @param id names the change at the member that proposed it, for a refusal
 * @param target what shall be in the end: voters and learners. Its version is one above that of the
 *     configuration it was made from, so that it is refused if another change came first
 * @param note what the state machine is to know; it meets the note with the first configuration of
 *     the change. May be all that the change is about
 */
public record MembershipChange(long id, Configuration target, Bytes note) {

  public MembershipChange {
    Invariant.check(
        !target.voters().isEmpty() && !target.isJoint() && target.joining().isEmpty(),
        "no target of a change: %s",
        target);
  }

  /**
   * The first configuration of the change (Raft 6, dissertation 4.2.1 and 4.3). Those who are no
   * members yet first become learners, which the present voters decide without them: a member that
   * was never started must not keep the group from telling who it is. Then the voters change by
   * joint consensus, always.
   */
  public Configuration firstStep(Configuration present) {
    if (target.voters().equals(present.voters())) {
      return target;
    }
    boolean strangersEnter = !present.members().containsAll(target.voters());
    if (strangersEnter && target.voters().containsAll(present.voters())) {
      var joining = new ArrayList<>(target.voters());
      joining.removeAll(present.voters());
      return new Configuration(
          target.version(), present.voters(), List.of(), target.learners(), joining);
    }
    return new Configuration(
        target.version(), target.voters(), present.voters(), target.learners(), List.of());
  }

  /** Learners that this change makes voters. */
  public List<Long> promoted(Configuration present) {
    return present.learners().stream().filter(target.voters()::contains).toList();
  }

  /** Whether the change can be made at all. */
  public boolean isPossible(Configuration present) {
    return target.version() == present.version() + 1
        && target.learners().stream().noneMatch(id -> present.isVoter(id) || target.isVoter(id));
  }
}
