package dev.keelson.raft.step;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Message;
import dev.keelson.raft.log.Durability;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the effects of a step. Decides which messages wait for the disk (DU-vote): a promise for
 * all that this member has appended and voted, any other message at least for the term it carries.
 */
public final class Outbox {
  private final Durability durability;
  private List<Effect> effects = new ArrayList<>();

  public Outbox(Durability durability) {
    this.durability = durability;
  }

  /** A message that promises nothing about our log or our vote. */
  public void send(Message message) {
    sendAfter(message, durability.ballotSequence());
  }

  /** A message that is true only once our entries and our vote are durable. */
  public void promise(Message message) {
    sendAfter(message, durability.promiseSequence());
  }

  private void sendAfter(Message message, long sequence) {
    effects.add(
        durability.isPersisted(sequence)
            ? new Effect.Send(message)
            : new Effect.SendAfterDurable(message, sequence));
  }

  public void add(Effect effect) {
    effects.add(effect);
  }

  /** The append goes first: what follows may wait for it. */
  public void addFirst(Effect.Append append) {
    effects.addFirst(append);
  }

  public List<Effect> take() {
    if (effects.isEmpty()) {
      return List.of();
    }
    var taken = effects;
    effects = new ArrayList<>();
    return taken;
  }
}
