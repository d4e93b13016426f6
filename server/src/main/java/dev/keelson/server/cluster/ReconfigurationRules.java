package dev.keelson.server.cluster;

import dev.keelson.api.status.EtcdError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether a change of the members would leave the cluster without a working majority (MB-quorum;
 * operations-plane.md 2.2).
 *
 * @param self the member that is asked
 * @param strict {@code --strict-reconfig-check}
 * @param maxLearners {@code --max-learners}
 */
public record ReconfigurationRules(
    long self, boolean strict, int maxLearners, PeerActivity activity) {

  /** Since when we are connected to whom. Thread-safe. */
  @FunctionalInterface
  public interface PeerActivity {
    boolean isConnected(long peer, Duration atLeast);
  }

  /** A peer counts for an addition once it has been there for so long (MB8). */
  private static final Duration HEALTH_INTERVAL = Duration.ofSeconds(5);

  /** Why no member may be added; empty if one may. */
  public Optional<EtcdError> refuseAdd(MemberTable table, boolean learner) {
    var voters = table.voters();
    if (!strict) {
      return Optional.empty();
    }
    int needed = quorum(voters.size() + 1);
    boolean alone = voters.size() == 1;
    long started = started(voters);
    if (!learner && started < needed && !(alone && started == 1)) {
      return Optional.of(EtcdError.MEMBER_NOT_ENOUGH_STARTED);
    }
    if (!alone && connected(voters, HEALTH_INTERVAL) < needed) {
      return Optional.of(EtcdError.UNHEALTHY);
    }
    return Optional.empty();
  }

  /** Why the member may not be removed; empty if it may. */
  public Optional<EtcdError> refuseRemove(MemberTable table, long id) {
    if (!strict || table.find(id).map(Member::learner).orElse(false)) {
      return Optional.empty();
    }
    var voters = table.voters();
    var left = voters.stream().filter(member -> member.id() != id).toList();
    if (started(left) < quorum(left.size())) {
      return Optional.of(EtcdError.MEMBER_NOT_ENOUGH_STARTED);
    }
    boolean gone = id != self && !activity.isConnected(id, Duration.ZERO);
    boolean enough = connected(voters, Duration.ZERO) - 1 >= 1 + (voters.size() - 1) / 2;
    return gone || enough ? Optional.empty() : Optional.of(EtcdError.UNHEALTHY);
  }

  /** Why no learner may become a voter; empty if one may. */
  public Optional<EtcdError> refusePromote(MemberTable table) {
    var voters = table.voters();
    return strict && started(voters) + 1 < quorum(voters.size() + 1)
        ? Optional.of(EtcdError.MEMBER_NOT_ENOUGH_STARTED)
        : Optional.empty();
  }

  private static int quorum(int voters) {
    return voters / 2 + 1;
  }

  private static long started(List<Member> members) {
    return members.stream().filter(Member::isStarted).count();
  }

  private long connected(List<Member> members, Duration atLeast) {
    return members.stream()
        .filter(member -> member.id() == self || activity.isConnected(member.id(), atLeast))
        .count();
  }
}
