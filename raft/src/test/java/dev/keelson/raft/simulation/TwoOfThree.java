package dev.keelson.raft.simulation;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Effect;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.InMemoryLog;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.SeededRandom;
import dev.keelson.raft.SnapshotDescriptor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Two members whose third is gone for good: the one has the longer log, the other has stood for
 * election more often. Only the first can lead, and only once it has learned of the other's term.
 */
final class TwoOfThree {
  private static final int ELECTION_TICKS = 10;

  private final List<Core> cores = new ArrayList<>();
  private final List<InMemoryLog> logs = new ArrayList<>();
  private final ArrayDeque<Message> underWay = new ArrayDeque<>();

  TwoOfThree(long seed, Core.Factory kind) {
    var random = new SeededRandom(seed);
    add(1, 9, new HardState(5, 1, 0), kind, random);
    add(2, 3, new HardState(40, 2, 0), kind, random);
  }

  private void add(
      long id, int entries, HardState hardState, Core.Factory kind, SeededRandom from) {
    var log = new InMemoryLog();
    for (int index = 1; index <= entries; index++) {
      log.append(List.of(new Entry(index <= 3 ? 1 : 5, index, EntryType.COMMAND, Bytes.EMPTY)));
    }
    var base = new SnapshotDescriptor(LogPosition.ZERO, ScriptedMember.votersTo(3));
    logs.add(log);
    cores.add(
        kind.start(
            RaftConfig.defaults(id, ELECTION_TICKS, 1),
            new RestoredState(hardState, base, 0),
            log,
            from.split()));
  }

  /** Whether one of them leads within so many ticks. */
  boolean findsALeader(int ticks) {
    for (int tick = 0; tick < ticks; tick++) {
      for (int at = 0; at < cores.size(); at++) {
        step(at, new Input.Tick());
      }
      while (!underWay.isEmpty()) {
        var message = underWay.remove();
        if (message.to() <= cores.size()) {
          step((int) message.to() - 1, new Input.Receive(message));
        }
      }
      if (cores.stream().anyMatch(core -> core.status().isLeader())) {
        return true;
      }
    }
    return false;
  }

  private void step(int at, Input input) {
    var persisted = new ArrayList<Long>();
    for (var effect : cores.get(at).step(input).effects()) {
      switch (effect) {
        case Effect.Append append -> {
          logs.get(at).append(append.entries());
          persisted.add(append.sequence());
        }
        case Effect.Send(var message) -> underWay.add(message);
        case Effect.SendAfterDurable(var message, _) -> underWay.add(message);
        case Effect.Apply _,
            Effect.ServeRead _,
            Effect.FailRead _,
            Effect.RejectProposals _,
            Effect.ShipSnapshot _,
            Effect.InstallSnapshot _ -> {}
      }
    }
    persisted.forEach(sequence -> step(at, new Input.Persisted(sequence)));
  }
}
