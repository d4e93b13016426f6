package dev.keelson.server.watchdog;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker as the watchdog knows it. Time is counted in looks, one a second: however long the
 * whole process stands still, that is one look. Its counts are owned by the watchdog.
 */
final class Watched {
  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  /** Those behind the core flush, hash and copy: a round of theirs may well take a while. */
  private static final int BACKGROUND_PATIENCE = 6;

  private final String name;
  private final boolean core;
  private final Pulse pulse;
  private long seenBeats;
  private long looks;
  private boolean said;

  Watched(String name, boolean core, Pulse pulse) {
    this.name = name;
    this.core = core;
    this.pulse = pulse;
  }

  Pulse pulse() {
    return pulse;
  }

  /** Whether it has got nowhere for longer than that. Says so once, and when it is over. */
  Optional<Standstill> look(long patienceLooks) {
    long beats = pulse.beats();
    if (beats != seenBeats) {
      if (said) {
        log.warn("{} goes on again seconds={}", name, looks);
      }
      seenBeats = beats;
      looks = 0;
      said = false;
      return Optional.empty();
    }
    looks++;
    long allowed = core ? patienceLooks : BACKGROUND_PATIENCE * patienceLooks;
    if (!pulse.isInRound(beats)) {
      // It sleeps, as long as it wished to; with others on a busy machine perhaps a little longer.
      allowed += pulse.wishNanos() / Watchdog.LOOK_NANOS;
    }
    if (looks <= allowed) {
      return Optional.empty();
    }
    if (!said) {
      said = true;
      log.error("{} makes no progress seconds={} at=\"{}\"", name, looks, pulse.place());
    }
    return Optional.of(new Standstill(name, core, looks));
  }
}
