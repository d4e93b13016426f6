package dev.keelson.raft.role;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogReader;
import dev.keelson.raft.Message;
import dev.keelson.raft.Output;
import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.RandomSource;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.membership.ConfigurationCodec;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * A member whose own parts are tampered with, for mistakes that no message shows: what it does
 * wrong it believes, and goes on from there.
 */
public class TamperedMember {
  final Member member;
  final MemberState state;
  final Standing standing;

  /** A member as production makes it. */
  public TamperedMember(
      RaftConfig config, RestoredState restored, LogReader log, RandomSource random) {
    member = new Member(config, restored, log, random);
    state = part(member, "state", MemberState.class);
    standing = part(member, "standing", Standing.class);
  }

  private static <T> T part(Object whole, String name, Class<T> type) {
    try {
      return type.cast(field(whole, name).get(whole));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private static Field field(Object whole, String name) {
    try {
      var field = whole.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(whole + " has no " + name + " any more", e);
    }
  }

  public Output step(Input input) {
    return member.step(input);
  }

  public RaftStatus status() {
    return member.status();
  }

  public List<PeerProgress> progress() {
    return member.progress();
  }

  /** A step of a leader that believes to have committed an entry of its term. */
  Output stepAsIfCommittedInTerm(Input input) {
    if (!(standing.role() instanceof Leader leader)) {
      return member.step(input);
    }
    var belief = field(leader, "committedInTerm");
    try {
      boolean before = belief.getBoolean(leader);
      belief.setBoolean(leader, true);
      var output = member.step(input);
      if (!before && state.log.termAt(state.log.commit()) != state.term()) {
        belief.setBoolean(leader, false);
      }
      return output;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Mutant 6: reads are confirmed before anything was committed in the leader's term. */
  public static final class ReadsInAnyTerm extends TamperedMember {
    public ReadsInAnyTerm(
        RaftConfig config, RestoredState restored, LogReader log, RandomSource random) {
      super(config, restored, log, random);
    }

    @Override
    public Output step(Input input) {
      boolean read =
          input instanceof Input.ReadRequest
              || (input instanceof Input.Receive(var message)
                  && (message instanceof Message.ReadIndexRequest
                      || message instanceof Message.HeartbeatResponse));
      return read ? stepAsIfCommittedInTerm(input) : super.step(input);
    }
  }

  /** Mutant 24: a change of the members does not wait for the one before. */
  public static final class ChangesAtOnce extends TamperedMember {
    public ChangesAtOnce(
        RaftConfig config, RestoredState restored, LogReader log, RandomSource random) {
      super(config, restored, log, random);
    }

    @Override
    public Output step(Input input) {
      if (input instanceof Input.ChangeMembership(var change)
          && standing.role() instanceof Leader
          && change.isPossible(state.membership.current())) {
        var first = change.firstStep(state.membership.current());
        var entry =
            new Entry(
                state.term(),
                state.log.lastIndex() + 1,
                EntryType.CONFIGURATION,
                ConfigurationCodec.encode(first, change.note()));
        if (state.append(List.of(entry))) {
          standing.configurationChanged();
        }
        return super.step(new Input.Tick());
      }
      return super.step(input);
    }
  }

  /** Mutant 9: whatever comes, the log ends with it. */
  public static final class TruncatesToEachMessage extends TamperedMember {
    public TruncatesToEachMessage(
        RaftConfig config, RestoredState restored, LogReader log, RandomSource random) {
      super(config, restored, log, random);
    }

    @Override
    public Output step(Input input) {
      if (input instanceof Input.Receive(Message.AppendRequest request)
          && request.term() == state.term()
          && !(standing.role() instanceof Leader)
          && !request.entries().isEmpty()
          && request.previous().index() >= state.log.firstIndex() - 1
          && request.previous().index() < state.log.lastIndex()
          && state.log.holds(request.previous())
          && state.append(request.entries())) {
        standing.configurationChanged();
      }
      return super.step(input);
    }
  }

  /** Mutant 8: what the log held behind the position of an installed snapshot stays behind it. */
  public static final class KeepsItsSuffix extends TamperedMember {
    private List<Entry> suffix = List.of();

    public KeepsItsSuffix(
        RaftConfig config, RestoredState restored, LogReader log, RandomSource random) {
      super(config, restored, log, random);
    }

    @Override
    public Output step(Input input) {
      var output = super.step(input);
      for (var effect : output.effects()) {
        if (effect instanceof Effect.InstallSnapshot(var snapshot)) {
          suffix = behind(snapshot.position().index());
        }
      }
      if (!(input instanceof Input.SnapshotInstalled) || suffix.isEmpty()) {
        return output;
      }
      if (state.append(suffix)) {
        standing.configurationChanged();
      }
      suffix = List.of();
      var kept = super.step(new Input.Tick());
      var effects = new ArrayList<>(output.effects());
      effects.addAll(kept.effects());
      return new Output(effects, kept.status());
    }

    private List<Entry> behind(long index) {
      var entries = new ArrayList<Entry>();
      while (index + entries.size() < state.log.lastIndex()) {
        long from = index + entries.size() + 1;
        entries.addAll(state.log.read(from, state.log.lastIndex() + 1, Long.MAX_VALUE));
      }
      return List.copyOf(entries);
    }
  }
}
