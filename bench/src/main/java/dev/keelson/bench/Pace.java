package dev.keelson.bench;

/**
 * When operations should be sent. Time is an argument; used by one thread. Latency is counted from
 * the intended moment, so that a server which stalls also answers for the requests that could not
 * be sent meanwhile (coordinated omission).
 */
sealed interface Pace {
  /** Whether another operation should have been sent by now. */
  boolean due(long nowNanos);

  /** Takes the next operation, which is due, and returns the moment it was intended for. */
  long take(long nowNanos);

  /** When the next operation is due. */
  long nextNanos(long nowNanos);

  /** How many operations should have been sent before that moment and were not. */
  long unsent(long untilNanos);

  /** As fast as clients become free: the intended moment is always now. */
  static Pace unlimited() {
    return new Unlimited();
  }

  static Pace rate(long startNanos, double perSecond) {
    return new Rate(startNanos, perSecond);
  }

  /** See {@link #unlimited()}. */
  record Unlimited() implements Pace {
    @Override
    public boolean due(long nowNanos) {
      return true;
    }

    @Override
    public long take(long nowNanos) {
      return nowNanos;
    }

    @Override
    public long nextNanos(long nowNanos) {
      return nowNanos;
    }

    @Override
    public long unsent(long untilNanos) {
      return 0;
    }
  }

  /**
   * An even rate. Above one operation a quantum, operations are intended for the quantum's end, all
   * at once: waking for each would cost more than sending it.
   */
  final class Rate implements Pace {
    static final long QUANTUM_NANOS = 200_000;

    private final long startNanos;
    private final double intervalNanos;
    private long taken;

    Rate(long startNanos, double perSecond) {
      this.startNanos = startNanos;
      this.intervalNanos = 1e9 / perSecond;
    }

    @Override
    public boolean due(long nowNanos) {
      return intended(taken) - nowNanos <= 0;
    }

    @Override
    public long take(long nowNanos) {
      return intended(taken++);
    }

    @Override
    public long nextNanos(long nowNanos) {
      return intended(taken);
    }

    @Override
    public long unsent(long untilNanos) {
      long until = (long) Math.ceil((untilNanos - startNanos) / intervalNanos);
      return Math.max(0, until - taken);
    }

    private long intended(long operation) {
      double after = operation * intervalNanos;
      if (intervalNanos < QUANTUM_NANOS) {
        after = Math.ceil(after / QUANTUM_NANOS) * QUANTUM_NANOS;
      }
      return startNanos + (long) after;
    }
  }
}
