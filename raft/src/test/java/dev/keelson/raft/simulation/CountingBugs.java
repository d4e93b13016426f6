package dev.keelson.raft.simulation;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Entry;
import dev.keelson.raft.InMemoryLog;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Output;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RandomSource;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Mistakes in who is counted, and in what is applied, by the numbers of reliability.md 2.7. */
final class CountingBugs {
  private CountingBugs() {}

  /** What one member has accepted counts for others as well. */
  abstract static class CountsForOthers extends AlteredCore {
    CountsForOthers(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    /** For whom else, in this configuration. */
    abstract LongStream others(Configuration configuration, long accepted, long self);

    @Override
    public Output step(Input input) {
      var output = super.step(input);
      if (input instanceof Input.Receive(Message.AppendAccepted answer)) {
        var effects = new ArrayList<>(output.effects());
        var configuration = sound.status().configuration();
        var others = others(configuration, answer.from(), answer.to()).toArray();
        for (long other : others) {
          if (sound.status().isLeader() && sound.status().term() == answer.term()) {
            var counted =
                new Message.AppendAccepted(other, answer.to(), answer.term(), answer.matchIndex());
            effects.addAll(super.step(new Input.Receive(counted)).effects());
          }
        }
        output = new Output(effects, sound.status());
      }
      return output;
    }

    static LongStream votersBut(Configuration configuration, long one, long other) {
      return configuration.voters().stream()
          .mapToLong(Long::longValue)
          .filter(id -> id != one && id != other);
    }
  }

  /** Mutant 17: one less than a majority is enough. */
  static final class CountsOneTooMany extends CountsForOthers {
    CountsOneTooMany(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    LongStream others(Configuration configuration, long accepted, long self) {
      return votersBut(configuration, accepted, self).limit(1);
    }
  }

  /** Mutant 27: in joint consensus the new voters decide alone. */
  static final class CountsNewVotersOnly extends CountsForOthers {
    CountsNewVotersOnly(
        RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    LongStream others(Configuration configuration, long accepted, long self) {
      return configuration.outgoing().stream()
          .mapToLong(Long::longValue)
          .filter(id -> id != self && !configuration.voters().contains(id));
    }
  }

  /** Mutant 28: a leader that leaves counts itself among those who stay. */
  static final class CountsItselfThoughGone extends CountsForOthers {
    CountsItselfThoughGone(
        RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    LongStream others(Configuration configuration, long accepted, long self) {
      return configuration.voters().contains(self)
          ? LongStream.empty()
          : votersBut(configuration, accepted, self).limit(1);
    }
  }

  /** Mutant 30: what a learner holds counts as if a voter held it. */
  static final class CountsLearners extends CountsForOthers {
    CountsLearners(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    LongStream others(Configuration configuration, long accepted, long self) {
      return configuration.isLearner(accepted)
          ? votersBut(configuration, accepted, self).limit(1)
          : LongStream.empty();
    }
  }

  /** Mutant 15: who has voted once never votes for another, whatever the term. */
  static final class VotesOnceForAll extends AlteredCore {
    private long chosen;

    VotesOnceForAll(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
      chosen = state.hardState().votedFor();
    }

    @Override
    Message sent(Message message) {
      if (message instanceof Message.VoteResponse answer && !answer.preVote()) {
        chosen = chosen == 0 && answer.granted() ? answer.to() : chosen;
        return new Message.VoteResponse(
            answer.from(),
            answer.to(),
            answer.term(),
            false,
            answer.granted() && answer.to() == chosen);
      }
      if (message instanceof Message.VoteRequest request && !request.preVote() && chosen == 0) {
        chosen = request.from();
      }
      return message;
    }
  }

  /** Mutant 25: who refuses a pre-vote does not say that the term is a later one. */
  static final class RefusesWithoutTeaching extends AlteredCore {
    RefusesWithoutTeaching(
        RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    private long asked;

    @Override
    Message received(Message message) {
      if (message instanceof Message.VoteRequest request && request.preVote()) {
        asked = request.term();
      }
      return message;
    }

    @Override
    Message sent(Message message) {
      return message instanceof Message.VoteResponse answer && answer.preVote() && !answer.granted()
          ? new Message.VoteResponse(
              answer.from(), answer.to(), Math.min(answer.term(), asked - 1), true, false)
          : message;
    }
  }

  /** Mutant 21: entries are applied as soon as they are in the log. */
  static final class AppliesUncommitted extends AlteredCore {
    private long handed;

    AppliesUncommitted(
        RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
      handed = state.appliedIndex();
    }

    @Override
    public Output step(Input input) {
      var output = super.step(input);
      var effects = new ArrayList<Effect>();
      for (var effect : output.effects()) {
        switch (effect) {
          case Effect.Append append -> {
            effects.add(append);
            hand(append.entries(), effects);
          }
          case Effect.Apply(var entries) -> hand(entries, effects);
          case Effect.InstallSnapshot install -> {
            handed = install.snapshot().position().index();
            effects.add(install);
          }
          case Effect.Send _,
              Effect.SendAfterDurable _,
              Effect.ServeRead _,
              Effect.FailRead _,
              Effect.RejectProposals _,
              Effect.ShipSnapshot _ ->
              effects.add(effect);
        }
      }
      return new Output(effects, output.status());
    }

    private void hand(List<Entry> entries, List<Effect> effects) {
      var unseen = entries.stream().filter(entry -> entry.index() > handed).toList();
      if (!unseen.isEmpty()) {
        handed = unseen.getLast().index();
        effects.add(new Effect.Apply(unseen));
      }
    }
  }

  /** Mutant 20: after a restart the last entry is applied once more. */
  static Core appliesTheLastOneAgain(
      RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
    long index = state.appliedIndex() - 1;
    if (index < log.firstIndex() - 1) {
      return Core.sound(config, state, log, random);
    }
    var position = new LogPosition(log.termAt(index), index);
    var base = new SnapshotDescriptor(position, state.base().configuration());
    return Core.sound(config, new RestoredState(state.hardState(), base, index), log, random);
  }

  /** Mutant 26: a member that starts works by the members of its birth, whatever came since. */
  static final class StartsWithItsBirth {
    private final Configuration birth;

    StartsWithItsBirth(Configuration birth) {
      this.birth = birth;
    }

    Core start(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      var base = new SnapshotDescriptor(state.base().position(), birth);
      var restored = new RestoredState(state.hardState(), base, state.appliedIndex());
      return Core.sound(config, restored, log, random);
    }
  }
}
