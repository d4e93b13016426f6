package dev.keelson.clientbench;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Counts the events that listeners have heard and nobody has waited for. Thread-safe. */
final class Told {
  private static final int ATTEMPTS = 60;
  private static final int LOST_AFTER_SECONDS = 60;

  private final Semaphore events = new Semaphore(0);

  /** Starts the watchers and returns when each hears what is put; jetcd does not say when. */
  void stand(Subject subject, byte[] key, int watchers) throws InterruptedException {
    for (int i = 0; i < watchers; i++) {
      subject.watch(key, events::release);
    }
    boolean standing = false;
    for (int attempt = 0; attempt < ATTEMPTS && !standing; attempt++) {
      events.drainPermits();
      subject.put(key, key);
      standing = events.tryAcquire(watchers, 1, TimeUnit.SECONDS);
    }
    if (!standing) {
      throw new IllegalStateException("%d watchers do not stand".formatted(watchers));
    }
    // One more, behind which nothing of the attempts can come.
    subject.put(key, key);
    await(watchers);
    events.drainPermits();
  }

  /**
   * Returns when so many more events were heard.
   *
   * @throws IllegalStateException after a minute: an event was lost
   */
  void await(int count) throws InterruptedException {
    if (!events.tryAcquire(count, LOST_AFTER_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "%d of %d events came".formatted(events.availablePermits(), count));
    }
  }
}
