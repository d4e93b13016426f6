package dev.keelson.client;

/** Hears of changes, one call at a time, on the client's executor. May block. */
@FunctionalInterface
public interface WatchListener {
  /** What happened at one revision; each revision comes once, in order, none is left out. */
  void changed(Changes changes);

  /**
   * The watch has ended by itself and nothing more comes: {@link CompactedException} when history
   * that was still needed is gone, so that what the listener knows must be read anew; {@link
   * AccessDeniedException} or {@link InvalidRequestException} when the server refused; or what
   * {@link #changed} threw.
   */
  default void failed(RuntimeException failure) {}
}
