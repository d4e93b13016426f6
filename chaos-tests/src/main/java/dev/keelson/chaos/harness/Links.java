package dev.keelson.chaos.harness;

import java.time.Duration;

/** The directed links between members. All calls take effect on open connections too. */
public interface Links {
  /** What one member sends no longer reaches another, and neither is told. */
  void cut(int from, int to);

  /** What one member sends reaches another so much later. */
  void delay(int from, int to, Duration by);

  /** As if nothing had been. */
  void heal();

  /** How many bytes cuts have swallowed: a cut that swallows none proves nothing. */
  long swallowedBytes();

  /** How many bytes were held back by delays. */
  long delayedBytes();
}
