package dev.keelson.raft.simulation;

import dev.keelson.raft.Effect;
import dev.keelson.raft.HardState;
import dev.keelson.raft.InMemoryLog;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Output;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RandomSource;
import dev.keelson.raft.RestoredState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Classic mistakes, by the numbers of reliability.md section 2.7. A checker must convict each. */
final class PlantedBugs {
  private PlantedBugs() {}

  /** Mutants 1 and 3: votes and acknowledgements leave before they are durable. */
  static final class PromisesBeforeDurable extends AlteredCore {
    PromisesBeforeDurable(
        RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    Effect done(Effect effect) {
      return effect instanceof Effect.SendAfterDurable(var message, _)
          ? new Effect.Send(message)
          : effect;
    }
  }

  /** Mutant 4: a member believes its disk at once, so a leader counts itself too early. */
  static final class BelievesItsDisk extends AlteredCore {
    BelievesItsDisk(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    public Output step(Input input) {
      if (input instanceof Input.Persisted) {
        return new Output(List.of(), sound.status());
      }
      var output = sound.step(input);
      var effects = new ArrayList<>(output.effects());
      if (!effects.isEmpty() && effects.getFirst() instanceof Effect.Append append) {
        log.append(append.entries());
        var next = sound.step(new Input.Persisted(append.sequence()));
        effects.addAll(next.effects());
        output = next;
      }
      return new Output(effects, output.status());
    }
  }

  /** Mutant 2: an entry of an earlier term is committed because a majority holds it. */
  static final class CountsOldTerms extends AlteredCore {
    private final TreeMap<Long, Long> matches = new TreeMap<>();
    private long term;

    CountsOldTerms(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    Message received(Message message) {
      if (message instanceof Message.AppendAccepted answer
          && sound.status().isLeader()
          && answer.term() == sound.status().term()) {
        if (term != answer.term()) {
          term = answer.term();
          matches.clear();
        }
        matches.merge(answer.from(), answer.matchIndex(), Math::max);
      }
      return message;
    }

    @Override
    Message sent(Message message) {
      if (message instanceof Message.AppendRequest request && request.term() == term) {
        long counted = Math.max(request.commit(), counted());
        return new Message.AppendRequest(
            request.from(), request.to(), term, request.previous(), request.entries(), counted);
      }
      return message;
    }

    /** What a majority holds of the entries of earlier terms, all durable here since long ago. */
    private long counted() {
      long end = log.lastIndex();
      while (end >= log.firstIndex() && log.termAt(end) == term) {
        end--;
      }
      var held = new long[sound.status().configuration().voters().size()];
      int at = 0;
      for (long match : matches.values()) {
        held[at++] = Math.min(match, end);
      }
      held[at] = end;
      Arrays.sort(held);
      return held[(held.length - 1) / 2];
    }
  }

  /** Mutant 5: the leader answers reads because it believes that it leads. */
  static final class ReadsOnBelief extends AlteredCore {
    ReadsOnBelief(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    public Output step(Input input) {
      if (input instanceof Input.ReadRequest(var readId) && sound.status().isLeader()) {
        return new Output(
            List.of(new Effect.ServeRead(readId, sound.status().commitIndex())), sound.status());
      }
      return super.step(input);
    }
  }

  /** Mutant 7: an answer to an earlier read round confirms the one under way. */
  static final class ReusesReadRounds extends AlteredCore {
    private long latest;

    ReusesReadRounds(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    Message sent(Message message) {
      if (message instanceof Message.Heartbeat heartbeat) {
        latest = heartbeat.readRound();
      }
      return message;
    }

    @Override
    Message received(Message message) {
      return message instanceof Message.HeartbeatResponse answer
              && answer.term() == sound.status().term()
          ? new Message.HeartbeatResponse(answer.from(), answer.to(), answer.term(), latest)
          : message;
    }
  }

  /** Mutant 11: a vote for an earlier term counts in this one. */
  static final class CountsLateVotes extends AlteredCore {
    CountsLateVotes(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    Message received(Message message) {
      return message instanceof Message.VoteResponse vote && vote.granted() && !vote.preVote()
          ? new Message.VoteResponse(vote.from(), vote.to(), sound.status().term(), false, true)
          : message;
    }
  }

  /** Mutant 12: whoever asks gets the vote, however short its log. */
  static final class VotesForShortLogs extends AlteredCore {
    VotesForShortLogs(
        RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    Message received(Message message) {
      return message instanceof Message.VoteRequest request
          ? new Message.VoteRequest(
              request.from(),
              request.to(),
              request.term(),
              request.preVote(),
              new LogPosition(Long.MAX_VALUE, Long.MAX_VALUE),
              request.transfer())
          : message;
    }
  }

  /** Mutant 13: entries are taken though the one before them is not the leader's. */
  static final class SkipsTheMatchCheck extends AlteredCore {
    SkipsTheMatchCheck(
        RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    Message received(Message message) {
      if (message instanceof Message.AppendRequest request) {
        long index = request.previous().index();
        if (index >= log.firstIndex() - 1 && index <= log.lastIndex()) {
          return new Message.AppendRequest(
              request.from(),
              request.to(),
              request.term(),
              new LogPosition(log.termAt(index), index),
              request.entries(),
              request.commit());
        }
      }
      return message;
    }
  }

  /** Mutant 10: a member acknowledges the end of its log rather than what was compared. */
  static final class AcknowledgesItsOwnEnd extends AlteredCore {
    AcknowledgesItsOwnEnd(
        RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    Message sent(Message message) {
      return message instanceof Message.AppendAccepted answer
          ? new Message.AppendAccepted(
              answer.from(), answer.to(), answer.term(), sound.status().lastIndex())
          : message;
    }
  }

  /** Mutant 14: a member commits what it has, not what was compared. */
  static final class CommitsUnverified extends AlteredCore {
    private long leaderCommit;

    CommitsUnverified(
        RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
      super(config, state, log, random);
    }

    @Override
    Message received(Message message) {
      if (message instanceof Message.AppendRequest request) {
        leaderCommit = Math.max(leaderCommit, request.commit());
      }
      if (message instanceof Message.Heartbeat heartbeat) {
        return new Message.Heartbeat(
            heartbeat.from(),
            heartbeat.to(),
            heartbeat.term(),
            Math.min(leaderCommit, log.lastIndex()),
            heartbeat.readRound());
      }
      return message;
    }
  }

  /** Mutant 16: the vote is forgotten by a restart. */
  static Core forgetsItsVote(
      RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
    var kept = new HardState(state.hardState().term(), 0, state.hardState().commit());
    return Core.sound(
        config, new RestoredState(kept, state.base(), state.appliedIndex()), log, random);
  }
}
