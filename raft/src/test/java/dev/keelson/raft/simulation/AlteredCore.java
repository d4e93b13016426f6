package dev.keelson.raft.simulation;

import dev.keelson.raft.Effect;
import dev.keelson.raft.InMemoryLog;
import dev.keelson.raft.Input;
import dev.keelson.raft.Message;
import dev.keelson.raft.Output;
import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.RandomSource;
import dev.keelson.raft.RestoredState;
import java.util.ArrayList;
import java.util.List;

/** A sound core whose inputs or effects are falsified on their way. */
class AlteredCore implements Core {
  final Core sound;
  final InMemoryLog log;

  AlteredCore(RaftConfig config, RestoredState state, InMemoryLog log, RandomSource random) {
    this.sound = Core.sound(config, state, log, random);
    this.log = log;
  }

  @Override
  public RaftStatus status() {
    return sound.status();
  }

  @Override
  public List<PeerProgress> progress() {
    return sound.progress();
  }

  @Override
  public Output step(Input input) {
    var altered =
        input instanceof Input.Receive(var message) ? new Input.Receive(received(message)) : input;
    var output = sound.step(altered);
    var effects = new ArrayList<Effect>();
    for (var effect : output.effects()) {
      effects.add(done(effect));
    }
    return new Output(effects, output.status());
  }

  /** What the core is told instead of this message. */
  Message received(Message message) {
    return message;
  }

  /** What is done instead of this effect. */
  Effect done(Effect effect) {
    return switch (effect) {
      case Effect.Send(var message) -> new Effect.Send(sent(message));
      case Effect.SendAfterDurable(var message, var sequence) ->
          new Effect.SendAfterDurable(sent(message), sequence);
      case Effect.Append _,
          Effect.Apply _,
          Effect.ServeRead _,
          Effect.FailRead _,
          Effect.RejectProposals _,
          Effect.ShipSnapshot _,
          Effect.InstallSnapshot _ ->
          effect;
    };
  }

  /** What leaves instead of this message. */
  Message sent(Message message) {
    return message;
  }
}
