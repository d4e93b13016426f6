package dev.keelson.raft.membership;

import dev.keelson.raft.Invariant;
import dev.keelson.raft.quorum.JointConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The configurations of the log by index. The last one is in force from the moment it is appended,
 * committed or not (dissertation 4.1); when its entry is cut off, the one before is in force again.
 */
public final class ConfigurationHistory {
  private record Dated(long index, Configuration configuration) {}

  private final List<Dated> history = new ArrayList<>();
  private JointConfig quorum;

  public ConfigurationHistory(long baseIndex, Configuration base) {
    history.add(new Dated(baseIndex, base));
    quorum = JointConfig.of(base);
  }

  public Configuration current() {
    return history.getLast().configuration();
  }

  /** Where the configuration in force was appended. */
  public long currentIndex() {
    return history.getLast().index();
  }

  /** The quorum rule of the configuration in force. */
  public JointConfig quorum() {
    return quorum;
  }

  /**
   * Whether the member votes in the configuration in force, or did in the one that this may yet
   * give way to. Who leaves is needed until his leaving is committed: only he may hold the entry
   * that says so, and nobody with a shorter log can lead then (dissertation 4.2.2).
   */
  public boolean mayLead(long id) {
    for (var dated : history) {
      if (dated.configuration().isVoter(id)) {
        return !current().isLearner(id);
      }
    }
    return false;
  }

  public void append(long index, Configuration configuration) {
    Invariant.check(
        index > currentIndex(),
        "configuration at %d after one at %d: order broken",
        index,
        currentIndex());
    history.add(new Dated(index, configuration));
    quorum = JointConfig.of(configuration);
  }

  /** Forgets configurations at or after the index; whether another one is in force now. */
  public boolean truncateFrom(long index) {
    if (currentIndex() < index) {
      return false;
    }
    history.removeIf(dated -> dated.index() >= index);
    Invariant.check(!history.isEmpty(), "log cut at %d: below its first configuration", index);
    quorum = JointConfig.of(current());
    return true;
  }

  /** Forgets what no truncation can bring back. */
  public void committed(long index) {
    while (history.size() > 1 && history.get(1).index() <= index) {
      history.removeFirst();
    }
  }

  /** Starts again from a snapshot. */
  public void reset(long index, Configuration configuration) {
    history.clear();
    history.add(new Dated(index, configuration));
    quorum = JointConfig.of(configuration);
  }
}
