package dev.keelson.server.watchdog;

import dev.keelson.storage.work.Round;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A round that can be seen to begin and to end. The worker tells it by two stores a round, without
 * asking for the time; whoever looks keeps the time.
 */
final class Pulse implements Round {
  private static final int MAX_FRAMES = 8;

  private final Round round;
  private final Runnable ended;

  /** Odd while a round is under way. The worker alone writes. */
  private final AtomicLong beats = new AtomicLong();

  /** What the last round asked for. */
  private final AtomicLong wishNanos = new AtomicLong(WHEN_WOKEN);

  private volatile @Nullable Thread owner;

  /**
   * The pulse of this round.
   *
   * @param ended runs when there will be no more rounds
   */
  Pulse(Round round, Runnable ended) {
    this.round = round;
    this.ended = ended;
  }

  long beats() {
    return beats.get();
  }

  boolean isInRound(long beat) {
    return (beat & 1) == 1;
  }

  long wishNanos() {
    return wishNanos.get();
  }

  /** What the worker is at, innermost first; for people. */
  String place() {
    var thread = owner;
    return thread == null
        ? "not begun"
        : Arrays.stream(thread.getStackTrace())
            .limit(MAX_FRAMES)
            .map(frame -> frame.getClassName() + "." + frame.getMethodName())
            .collect(Collectors.joining(" < "));
  }

  @Override
  public long run() {
    if (owner == null) {
      owner = Thread.currentThread();
    }
    long beat = beats.getPlain();
    beats.setRelease(beat + 1);
    long wish = round.run();
    wishNanos.setRelease(wish);
    beats.setRelease(beat + 2);
    return wish;
  }

  @Override
  public boolean hasWork() {
    return round.hasWork();
  }

  @Override
  public boolean gathersLoad() {
    return round.gathersLoad();
  }

  @Override
  public void end() {
    ended.run();
    round.end();
  }

  @Override
  public void failed(Throwable cause) {
    ended.run();
    round.failed(cause);
  }
}
