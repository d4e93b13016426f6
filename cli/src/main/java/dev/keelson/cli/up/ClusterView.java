package dev.keelson.cli.up;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the console knows of the cluster, and the lines it says when that changes. Pure: fed with
 * what was asked and answered. One owner.
 */
final class ClusterView {
  /** One unanswered question is a hiccup, two are news. */
  private static final int ROUNDS_BEFORE_NEWS = 2;

  private static final class Seen {
    private int silentRounds;
    private boolean up;
    private boolean down;
  }

  private final Map<String, Seen> members = new TreeMap<>();
  private final Map<Long, String> names = new HashMap<>();
  private long term;
  private long leaderId;
  private int leaderlessRounds;

  ClusterView(List<String> names) {
    names.forEach(name -> members.put(name, new Seen()));
  }

  /** The lines for one round of questions: what each member that runs answered. */
  List<String> observe(Map<String, Optional<MemberStatus>> answers) {
    var lines = new ArrayList<String>();
    new TreeMap<>(answers)
        .forEach(
            (name, answer) -> {
              answer.ifPresent(status -> names.put(status.memberId(), name));
              hear(name, answer.isPresent()).ifPresent(lines::add);
            });
    leadership(answers).ifPresent(lines::add);
    return lines;
  }

  private Optional<String> hear(String name, boolean answered) {
    Seen seen = seen(name);
    if (!answered) {
      seen.silentRounds++;
      boolean news = seen.up && !seen.down && seen.silentRounds == ROUNDS_BEFORE_NEWS;
      return news ? Optional.of(name + " does not answer") : Optional.empty();
    }
    boolean wasSilent = seen.up && seen.silentRounds >= ROUNDS_BEFORE_NEWS;
    boolean wasDown = seen.down;
    seen.silentRounds = 0;
    seen.up = true;
    seen.down = false;
    if (wasDown) {
      return Optional.of(name + " is back");
    }
    return wasSilent ? Optional.of(name + " answers again") : Optional.empty();
  }

  private Optional<String> leadership(Map<String, Optional<MemberStatus>> answers) {
    var leader =
        answers.values().stream()
            .flatMap(Optional::stream)
            .filter(status -> status.leaderId() != 0)
            .max((left, right) -> Long.compareUnsigned(left.term(), right.term()));
    if (leader.isEmpty()) {
      leaderlessRounds++;
      boolean news = term != 0 && leaderlessRounds == ROUNDS_BEFORE_NEWS;
      return news ? Optional.of("no leader: writes wait") : Optional.empty();
    }
    boolean wasLeaderless = leaderlessRounds >= ROUNDS_BEFORE_NEWS;
    leaderlessRounds = 0;
    var found = leader.get();
    boolean newer = Long.compareUnsigned(found.term(), term) > 0;
    boolean changed = newer || (wasLeaderless && found.term() == term);
    if (!changed) {
      return Optional.empty();
    }
    term = found.term();
    leaderId = found.leaderId();
    return Optional.of(leaderName() + " leads in term " + Long.toUnsignedString(term));
  }

  /** The process of this member ended: its silence is no news, its next answer is. */
  void down(String name) {
    Seen seen = seen(name);
    seen.down = seen.up || seen.down;
    seen.silentRounds = 0;
  }

  /** The leader's name; its id when it never answered; empty before the first election. */
  String leaderName() {
    return leaderId == 0
        ? ""
        : names.getOrDefault(leaderId, "member " + Long.toHexString(leaderId));
  }

  private Seen seen(String name) {
    return members.computeIfAbsent(name, _ -> new Seen());
  }
}
