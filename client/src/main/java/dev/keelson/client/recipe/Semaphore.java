package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeptLease;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * So many owners at a time, in the order in which they came. All who use a name must agree on the
 * number. A session stands for one permit. Every departure wakes all who wait, so it is meant for
 * tens of them. Fails as {@link FencedMutex} does. Thread-safe.
 */
public final class Semaphore {
  private final Bytes prefix;
  private final int permits;
  private final Contender contender;

  public Semaphore(KeelsonClient client, KeptLease session, String name, int permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits " + permits);
    }
    this.prefix = Bytes.of(name + "/");
    this.permits = permits;
    this.contender = new Contender(client, session, prefix, prefix.plus(Contender.hex(session)));
  }

  public Ownership acquire() throws InterruptedException {
    return contender.enter(Contender.mark(), this::full, Deadline.never()).orElseThrow();
  }

  public Optional<Ownership> tryAcquire(Duration limit) throws InterruptedException {
    return contender.enter(Contender.mark(), this::full, Deadline.in(limit));
  }

  private Optional<KeyRange> full(List<KeyValue> earlier) {
    return earlier.size() < permits ? Optional.empty() : Optional.of(KeyRange.prefix(prefix));
  }
}
