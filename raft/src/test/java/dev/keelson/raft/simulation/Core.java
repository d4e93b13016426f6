package dev.keelson.raft.simulation;

import dev.keelson.raft.InMemoryLog;
import dev.keelson.raft.Input;
import dev.keelson.raft.Output;
import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RaftNode;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.RandomSource;
import dev.keelson.raft.RestoredState;
import dev.keelson.raft.role.TamperedMember;
import java.util.List;

/** What a simulated member runs: a node, or a node with a planted bug around it. */
interface Core {
  Output step(Input input);

  RaftStatus status();

  List<PeerProgress> progress();

  /** Makes the core of a member that starts. */
  @FunctionalInterface
  interface Factory {
    Core start(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random);
  }

  /** A core of a member that is tampered with inside. */
  static Core of(TamperedMember member) {
    return new Core() {
      @Override
      public Output step(Input input) {
        return member.step(input);
      }

      @Override
      public RaftStatus status() {
        return member.status();
      }

      @Override
      public List<PeerProgress> progress() {
        return member.progress();
      }
    };
  }

  static Core sound(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
    var node = RaftNode.restore(config, state, log, random);
    return new Core() {
      @Override
      public Output step(Input input) {
        return node.step(input);
      }

      @Override
      public RaftStatus status() {
        return node.status();
      }

      @Override
      public List<PeerProgress> progress() {
        return node.progress();
      }
    };
  }
}
