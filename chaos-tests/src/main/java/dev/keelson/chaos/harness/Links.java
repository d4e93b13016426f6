package dev.keelson.chaos.harness;

import java.time.Duration;

/** The directed links between members. All calls take effect on open connections too. */
public interface Links {
  /** What one member sends no longer reaches another, and neither is told. */
  void cut(int from, int to);

  /** Whether there are slow and narrow links here at all. */
  default boolean canDelay() {
    return true;
  }

  /** What one member sends reaches another so much later. */
  void delay(int from, int to, Duration by);

  /** Of what one member sends no more reaches another in a second. */
  void throttle(int from, int to, int bytesPerSecond);

  /** Takes a member off the network: from all others, and from clients where they share it. */
  void disconnect(int member);

  /** Whether it is known to be off, by another way than that nothing passes. */
  default boolean isDisconnected(int member) {
    return false;
  }

  /** As if nothing had been. */
  void heal();

  /** How many bytes cuts have swallowed: a cut that swallows none proves nothing. */
  long swallowedBytes();

  /** How many bytes were held back by delays and narrow links. */
  long delayedBytes();
}
