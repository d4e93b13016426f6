package dev.keelson.chaos.sabotage;

import java.util.concurrent.atomic.AtomicLong;

/** Says now and then that a change is to be dropped. Called by changed code of a member. */
public final class Dropper {
  private static final long ONE_OF = 101;
  private static final AtomicLong CALLS = new AtomicLong();

  private Dropper() {}

  public static boolean dropsThis() {
    return CALLS.incrementAndGet() % ONE_OF == 0;
  }
}
