package dev.keelson.raft.simulation;

import dev.keelson.raft.Message;
import dev.keelson.raft.SeededRandom;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Carries messages: late, doubled, out of order, or not at all. Links are cut by direction. */
public final class SimulatedNetwork {
  private record Link(long from, long to) implements Comparable<Link> {
    @Override
    public int compareTo(Link other) {
      return from != other.from ? Long.compare(from, other.from) : Long.compare(to, other.to);
    }
  }

  private final VirtualTime time;
  private final SeededRandom random;
  private final Consumer<Message> receiver;
  private final TreeSet<Link> cut = new TreeSet<>();
  private Faults faults;

  public SimulatedNetwork(
      VirtualTime time, SeededRandom random, Faults faults, Consumer<Message> receiver) {
    this.time = time;
    this.random = random;
    this.faults = faults;
    this.receiver = receiver;
  }

  public void faults(Faults changed) {
    faults = changed;
  }

  public void cut(long from, long to) {
    cut.add(new Link(from, to));
  }

  public void healAll() {
    cut.clear();
  }

  public boolean isCut(long from, long to) {
    return cut.contains(new Link(from, to));
  }

  public void send(Message message) {
    deliverLater(message);
    if (random.chance(faults.duplication())) {
      deliverLater(message);
    }
  }

  private void deliverLater(Message message) {
    if (random.chance(faults.loss())) {
      return;
    }
    time.after(
        delayMicros(),
        () -> {
          if (!isCut(message.from(), message.to())) {
            receiver.accept(message);
          }
        });
  }

  public long delayMicros() {
    long mean = faults.meanDelayMicros();
    long delay = 50L + random.nextInt((int) (2 * mean));
    return random.chance(faults.heavyTail()) ? delay * 40 : delay;
  }
}
