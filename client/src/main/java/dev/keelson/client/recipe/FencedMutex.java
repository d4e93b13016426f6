package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeptLease;
import java.time.Duration;
import java.util.Optional;

/**
 * One owner at a time, in the order in which they came, with a token that fences the owners before.
 * The keys are those of the server's Lock service: both see each other's owners.
 *
 * <p>When it fails: the owner's death frees the mutex when its session's lease ends; a session that
 * is lost while waiting ends the waiting with {@link dev.keelson.client.OwnershipLostException};
 * what the owner may rely on while it owns is told at {@link Ownership}. A session stands for one
 * owner: a second {@code lock} of the same session fails with {@link IllegalStateException}.
 * Thread-safe.
 */
public final class FencedMutex {
  private final Bytes prefix;
  private final Contender contender;

  public FencedMutex(KeelsonClient client, KeptLease session, String name) {
    this.prefix = Bytes.of(name + "/");
    this.contender = new Contender(client, session, prefix, prefix.plus(Contender.hex(session)));
  }

  /** Waits for the turn. An interrupt gives the place up. */
  public Ownership lock() throws InterruptedException {
    return contender.enter(Contender.mark(), Contender::last, Deadline.never()).orElseThrow();
  }

  /** Waits for so long at most; then the place is given up. */
  public Optional<Ownership> tryLock(Duration limit) throws InterruptedException {
    return contender.enter(Contender.mark(), Contender::last, Deadline.in(limit));
  }
}
